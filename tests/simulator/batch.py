"""A part of many histories, in a process of its own."""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from pathlib import Path

import structlog

from .desk import Desk
from .history import simulate
from .kinds import HISTORIES
from .mistakes import planted

PART = 250
SHARED_MEMORY = Path("/dev/shm")

Heard = tuple[list[str], Counter[str]]


def quiet() -> None:
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def play(part: tuple[str, int, int, str]) -> Heard:
    """The histories from one seed to another, perhaps with a mistake: what broke, and what they held."""
    kind, first, last, mistake = part
    history = HISTORIES[kind]
    broken: list[str] = []
    held: Counter[str] = Counter()
    folder = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=folder) as name:
        desk = Desk(Path(name))
        quiet()
        for seed in range(first, last + 1):
            try:
                if mistake:
                    with planted(history.mistakes[mistake], desk):
                        told = simulate(desk, seed, history.play)
                else:
                    told = simulate(desk, seed, history.play)
                held += told.states + Counter(sent=told.posts, acts=told.acts)
            except Exception as error:
                broken.append(f"{type(error).__name__}: {error}" if "seed" in str(error) else f"seed {seed}: {error!r}")
    return broken, held
