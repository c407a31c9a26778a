"""Many histories, over all processors: `make simulate SEEDS=100000`. Prints each seed that breaks, and ends with 1."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter

from .batch import PART, play, quiet
from .kinds import HISTORIES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=100_000, help="how many")
    parser.add_argument("--of", default="money", choices=HISTORIES, help="refunds and captures, webhooks, or approvals")
    parser.add_argument("--mistake", default="", help="put a mistake into the engine; mistakes.py names them")
    options = parser.parse_args()
    if options.mistake and options.mistake not in HISTORIES[options.of].mistakes:
        parser.error(f"no such mistake; there are: {', '.join(HISTORIES[options.of].mistakes)}")
    quiet()
    last, began, done = options.first + options.seeds - 1, time.monotonic(), 0
    parts = [
        (options.of, first, min(first + PART - 1, last), options.mistake)
        for first in range(options.first, last + 1, PART)
    ]
    everything: Counter[str] = Counter()
    failures = 0
    with multiprocessing.get_context("spawn").Pool(maxtasksperchild=8) as pool:
        for number, (broken, held) in enumerate(pool.imap(play, parts), start=1):
            for one in broken:
                print(one, flush=True)
            failures += len(broken)
            everything += held
            done += parts[number - 1][2] - parts[number - 1][1] + 1
            if number % 20 == 0 or number == len(parts):
                print(f"{done:,} histories, {failures} broken, {time.monotonic() - began:.0f} s", flush=True)
    print(", ".join(f"{count:,} {name}" for name, count in sorted(everything.items())))
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
