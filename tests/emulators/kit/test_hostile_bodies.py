"""A body in which everything is wrong costs no more than one in which something is."""

from __future__ import annotations

from typing import Any

import pytest

from webapp.emulators.kit.validation import MOST_WRONG

from .client import Client

MANY = 200_000


@pytest.mark.parametrize("wrong", [[[]], [{}], [True], [None]], ids=["lists", "objects", "booleans", "nulls"])
def test_a_list_of_wrong_rows_is_refused_at_the_first_few(client: Client, wrong: list[Any]) -> None:
    answer = client.post("/things", {"thing": "t-1", "price": 1, "parts": wrong * MANY})
    assert (answer.status_code, answer.json()["about"]) == (422, "parts")
    assert len(answer.json()["wrong"]["parts"]) == MOST_WRONG


def test_the_place_of_a_wrong_row_among_good_ones_is_told(client: Client) -> None:
    answer = client.post("/things", {"thing": "t-1", "price": 1, "parts": ["a", [], "b"]})
    assert answer.json()["wrong"] == {"parts": [{}, ["Not a valid string."], {}]}


def test_as_many_good_rows_as_a_body_holds_are_taken(client: Client) -> None:
    assert client.post("/things", {"thing": "t-1", "price": 1, "parts": ["a"] * MANY}).status_code == 201


def test_a_fault_of_unknown_fields_is_refused_by_the_first_few(client: Client) -> None:
    rule = {"kind": "latency", **{f"no-{number}": 1 for number in range(MANY // 2)}}
    answer = client.request("POST", "/_sandbox/faults", json=rule)
    assert (answer.status_code, len(answer.json()["wrong"])) == (422, MOST_WRONG)
