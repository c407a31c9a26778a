"""Rows that arrive together are written together; each learns what became of it, and none suffers from another."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from webapp.core.group_commit import MOST, GroupCommit


class Store:
    """Writes one batch at a time, and while the first is being written the others gather."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gathered = threading.Event()

    def write(self, rows: Sequence[int]) -> list[int]:
        if not self.batches:
            self.batches.append(list(rows))
            self.gathered.wait(10)
        else:
            self.batches.append(list(rows))
        if any(row < 0 for row in rows):
            raise ValueError(f"{rows}")
        return [10 * row for row in rows]


def test_one_alone_is_written_at_once() -> None:
    store = Store()
    store.gathered.set()
    assert GroupCommit(store.write).add(7) == 70


def test_those_that_wait_are_written_in_one_go_and_each_gets_its_own_result() -> None:
    store = Store()
    group: GroupCommit[int, int] = GroupCommit(store.write)
    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(group.add, number) for number in range(20)]
        for _ in range(1000):
            if len(group._waiting) == 19:
                break
            threading.Event().wait(0.01)
        store.gathered.set()
        assert [one.result(10) for one in asked] == [10 * number for number in range(20)]
    assert [len(batch) for batch in store.batches] == [1, 19]


def test_a_bad_row_fails_alone() -> None:
    store = Store()
    group: GroupCommit[int, int] = GroupCommit(store.write)
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(group.add, number) for number in (1, 2, -3, 4, 5, 6)]
        for _ in range(1000):
            if len(group._waiting) == 5:
                break
            threading.Event().wait(0.01)
        store.gathered.set()
        results = [one.exception(10) or one.result() for one in asked]
    assert isinstance(results.pop(2), ValueError)
    assert results == [10, 20, 40, 50, 60]


def test_no_transaction_grows_without_end() -> None:
    store = Store()
    group: GroupCommit[int, int] = GroupCommit(store.write)
    with ThreadPoolExecutor(MOST + 50) as pool:
        asked = [pool.submit(group.add, number) for number in range(MOST + 50)]
        for _ in range(1000):
            if len(group._waiting) == MOST + 49:
                break
            threading.Event().wait(0.01)
        store.gathered.set()
        assert sorted(one.result(10) for one in asked) == [10 * number for number in range(MOST + 50)]
    assert max(len(batch) for batch in store.batches) == MOST


def test_after_a_failure_the_next_one_is_written() -> None:
    store = Store()
    store.gathered.set()
    group: GroupCommit[int, int] = GroupCommit(store.write)
    with pytest.raises(ValueError, match="-1"):
        group.add(-1)
    assert group.add(1) == 10
