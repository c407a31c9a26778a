"""The long storms: 1,000 intentions on each engine with three seeds, then gentle ones without kills."""

from __future__ import annotations

import argparse
import sys

import pytest

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--only", default="", help="which: gentle, thousand, sqlite, postgresql, or a seed in brackets")
    options = parser.parse_args()
    words = ["tests/storm/long_storm.py", "-q", "-s", "-p", "no:randomly", "--timeout=1800", "-k", options.only]
    sys.exit(pytest.main(words))
