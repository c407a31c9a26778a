"""One desk for all histories of a process; each begins with an empty book."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from webapp.payments import snapshot

from .desk import Desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    pool = snapshot._pool
    yield Desk(tmp_path_factory.mktemp("simulated"))
    snapshot._pool = pool
