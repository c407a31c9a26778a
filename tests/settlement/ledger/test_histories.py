"""Whatever the provider and the readings do: what is shown is the provider's, or older and named as such.

The long form: `make histories`. It takes the first seed and the number of histories from HISTORIES="1 200".
"""

from __future__ import annotations

import os

import pytest

from .conftest import Shop
from .history import History

ROUNDS = 20
"""Of up to five moves of the provider, then readings of up to three periods."""
FIRST, COUNT = map(int, os.environ.get("HISTORIES", "1 2").split())


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_a_random_history_shows_nothing_untrue(shop: Shop, seed: int) -> None:
    history = History(shop, seed)
    for _ in range(ROUNDS):
        for _ in range(history.dice.randrange(1, 6)):
            history.move()
        history.read()
    history.settle()
