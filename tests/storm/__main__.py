"""The long storms: 1,000 intentions on each engine with three seeds, then gentle ones without kills."""

from __future__ import annotations

import sys

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main(["tests/storm/long_storm.py", "-q", "-s", "-p", "no:randomly", "--timeout=1800"]))
