"""The long histories: so many steps from a seed, half of them on each engine; prints what was found, or nothing."""

from __future__ import annotations

import argparse
import os
import sys

import pytest

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.histories", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--only", default="", help="which engine: sqlite or postgresql")
    options = parser.parse_args()
    os.environ |= {"SEED": str(options.seed), "STEPS": str(options.steps)}
    words = ["tests/histories/long_histories.py", "-q", "-s", "-x", "--tb=short", "--show-capture=no"]
    sys.exit(pytest.main([*words, "-p", "no:randomly", "-p", "no:cacheprovider", "-k", options.only]))
