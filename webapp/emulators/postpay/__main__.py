"""Starts the sandbox as a process of its own; ends on SIGTERM and SIGINT."""

from __future__ import annotations

import argparse
import signal
import threading
from datetime import datetime

from . import clock, gate
from .server import MERCHANT_ID, SECRET_KEY, Sandbox


def main() -> None:
    parser = _parser()
    options = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    sandbox = Sandbox(
        host=options.host,
        port=options.port,
        orders=options.orders,
        seed=options.seed,
        end=options.end,
        credentials=options.credentials,
        throttle=options.throttle,
        db=options.db,
        deliver_anywhere=options.deliver_anywhere,
    )
    try:
        sandbox.start()
    except OSError as error:
        parser.exit(1, f"The sandbox cannot listen on {options.host}:{options.port}: {error.strerror}\n")
    print(f"Sandbox of the Postpay API on {sandbox.base_url} ({options.orders} orders)", flush=True)
    stopped.wait()
    sandbox.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m webapp.emulators.postpay", description=__doc__)
    parser.add_argument("--port", type=int, default=8900, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--orders", type=int, default=500, help="made up for each merchant (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed and end give the same data (default: 1)")
    parser.add_argument("--end", type=_moment, help="moment of the newest order, ISO 8601 (default: now)")
    parser.add_argument(
        "--credentials",
        type=_credentials,
        help=f"MERCHANT:SECRET[,MERCHANT:SECRET…], each a merchant with own data (default: {MERCHANT_ID}:{SECRET_KEY})",
    )
    parser.add_argument("--db", metavar="FILE", help="keep the data in this file; made up only where there is none")
    parser.add_argument("--throttle", type=_rate, help="requests of a merchant in a period, such as 60/min")
    parser.add_argument("--deliver-anywhere", action="store_true", help="call hooks on other machines too")
    return parser


def _credentials(text: str) -> list[tuple[str, str]]:
    pairs = [pair.partition(":") for pair in text.split(",") if pair.strip()]
    if not pairs or not all(merchant and secret for merchant, _, secret in pairs):
        raise argparse.ArgumentTypeError("give MERCHANT:SECRET[,MERCHANT:SECRET…]")
    return [(merchant.strip(), secret.strip()) for merchant, _, secret in pairs]


def _moment(text: str) -> datetime:
    try:
        return clock.as_datetime(clock.parse_moment(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not a moment like 2026-11-20T12:00:00Z") from error


def _rate(text: str) -> str:
    try:
        gate.Throttle(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


if __name__ == "__main__":
    main()
