"""The attacks, each a minute long from 100 connections, on a desk of two processes; prints what others noticed."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys

from . import ATTACKS, Attack, __path__
from .runner import Report, desk_for, run


def find_attacks() -> None:
    """Loads every file of the package, so that the attacks in them are known."""
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith(("test_", "__")):
            importlib.import_module(f"{__package__}.{module.name}")


def on_a_fresh_desk(attack: Attack, connections: int, seconds: float) -> Report:
    """Nothing that an earlier attack has left is in its way."""
    with desk_for(attack) as scene:
        scene.warm_up()
        return run(scene, attack, connections, seconds)


def main() -> int:
    """How many of the chosen attacks missed a goal."""
    find_attacks()
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    parser.add_argument("--only", choices=sorted(ATTACKS), action="append", help="which; all without it")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connections", type=int, default=100)
    options = parser.parse_args()
    missed = 0
    for name in options.only or sorted(ATTACKS):
        report = on_a_fresh_desk(ATTACKS[name], options.connections, options.seconds)
        print(report, flush=True)
        missed += bool(report.missed)
    return missed


if __name__ == "__main__":
    sys.exit(main())
