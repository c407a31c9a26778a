"""The long form: so many rotations from a seed, half of them on each engine; prints how they ended, and any finding."""

from __future__ import annotations

import argparse
import os
import sys

import pytest

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.webhooks.rotation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--only", default="", help="which engine: sqlite or postgresql")
    options = parser.parse_args()
    os.environ |= {"SEED": str(options.seed), "RUNS": str(options.runs)}
    words = ["tests/webhooks/rotation/long_rotations.py", "-q", "-s", "-x", "--tb=short", "--show-capture=no"]
    sys.exit(pytest.main([*words, "-p", "no:randomly", "-p", "no:cacheprovider", "-k", options.only]))
