"""An emulator as a process of its own: the options that all have, and an end on SIGTERM and SIGINT."""

from __future__ import annotations

import argparse
import signal
import threading
from datetime import datetime
from typing import Any

from . import clock
from .server import Emulator
from .throttle import Throttle


def add_options(parser: argparse.ArgumentParser, *, port: int = 8900) -> None:
    parser.add_argument("--port", type=int, default=port, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed and end give the same data (default: 1)")
    parser.add_argument("--end", type=_moment, help="moment of the newest entry, ISO 8601 (default: now)")
    parser.add_argument("--db", metavar="FILE", help="keep the data in this file; made up only where there is none")
    parser.add_argument("--throttle", type=_rate, help="requests of one account in a period, such as 60/min")
    parser.add_argument("--deliver-anywhere", action="store_true", help="call hooks on other machines too")


def serve(parser: argparse.ArgumentParser, emulator: Emulator[Any], *, host: str, port: int, greeting: str) -> None:
    """Serves until told to end; `greeting` is said once it listens, with its address for `{}`."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    try:
        emulator.start()
    except OSError as error:
        parser.exit(1, f"The sandbox cannot listen on {host}:{port}: {error.strerror}\n")
    print(greeting.format(emulator.base_url), flush=True)
    stopped.wait()
    emulator.stop()


def _moment(text: str) -> datetime:
    try:
        return clock.as_datetime(clock.parse_moment(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not a moment like 2026-11-20T12:00:00Z") from error


def _rate(text: str) -> str:
    try:
        Throttle(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text
