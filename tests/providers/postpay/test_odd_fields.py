"""Each field of each answer with each odd value: what only decorates is left out and named, the rest stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from tests import odd_values
from tests.odd_values import ODD, changed, full_order
from tests.providers.postpay.test_models import HOOK, ORDER, REFUND, TRANSACTION
from webapp.providers.postpay.answered import Answered, unreadable_fields
from webapp.providers.postpay.models import Hook, Order, OrderSummary, Refund, Transaction

ROW = {**TRANSACTION, "order": ORDER, "description": "x"}
DECORATING: list[tuple[type[Answered], dict[str, Any], str, dict[str, set[str]]]] = [
    *((Order, full_order(), part, fields) for part, fields in odd_values.ORDER_PARTS.items()),
    (OrderSummary, ORDER, "", odd_values.ORDER_ROW),
    (Refund, REFUND, "", odd_values.REFUND),
    (Transaction, ROW, "", odd_values.TRANSACTION),
    (Transaction, ROW, "order", odd_values.ORDER_OF_TRANSACTION),
    (Hook, HOOK, "", odd_values.HOOK),
    (Hook, HOOK, "last_response", odd_values.LAST_RESPONSE),
]
NEEDED: list[tuple[type[Answered], dict[str, Any], dict[str, set[str]]]] = [
    (Order, full_order(), odd_values.ORDER_NEEDED),
    (OrderSummary, ORDER, odd_values.ORDER_NEEDED),
    (Refund, REFUND, odd_values.REFUND_NEEDED),
    (Transaction, ROW, odd_values.TRANSACTION_NEEDED),
    (Hook, HOOK, odd_values.HOOK_NEEDED),
]


@pytest.mark.parametrize("value", ODD)
def test_what_only_decorates_is_left_out_and_named(value: str) -> None:
    for model, sample, part, fields in DECORATING:
        for name, allowed in fields.items():
            path = f"{part}.{name}" if part else name
            found = model.model_validate(changed(sample, path, ODD[value]))
            expected = [] if value in allowed else [path]
            assert list(unreadable_fields(found)) == expected, path
            if expected and not part:
                assert others(found, path) == others(model.model_validate(sample), path)


def others(found: Answered, path: str) -> dict[str, Any]:
    return {name: value for name, value in found.model_dump().items() if name != path}


@pytest.mark.parametrize("value", ODD)
def test_what_is_needed_is_never_guessed(value: str) -> None:
    for model, sample, fields in NEEDED:
        for name, allowed in fields.items():
            told = changed(sample, name, ODD[value])
            if value in allowed:
                assert list(unreadable_fields(model.model_validate(told))) == []
                continue
            with pytest.raises(ValidationError) as caught:
                model.model_validate(told)
            assert {error["loc"][0] for error in caught.value.errors()} == {name}


def test_no_field_of_any_answer_is_forgotten_here() -> None:
    for model in (Order, OrderSummary, Refund, Transaction, Hook):
        listed = {name for of, _, part, fields in DECORATING if of is model and not part for name in fields}
        listed |= {name for of, _, fields in NEEDED if of is model for name in fields}
        assert listed == set(model.model_fields) - {"raw", "metadata"}, model
    for part, fields in parts_of(Order.model_validate(full_order())):
        assert set(odd_values.ORDER_PARTS[part]) == fields, part


def parts_of(told: object, path: str = "") -> Iterator[tuple[str, set[str]]]:
    """The parts of an answer with the names of their fields; of several parts the first."""
    for name in type(told).model_fields:  # type: ignore[attr-defined]
        part = getattr(told, name)
        here = f"{path}.{name}" if path else name
        if isinstance(part, tuple) and part:
            here, part = f"{here}.0", part[0]
        if isinstance(part, Answered):
            yield here, set(type(part).model_fields)
            yield from parts_of(part, here)


def test_one_of_several_parts_that_is_none_does_not_take_the_others_away() -> None:
    told = full_order()
    told["items"].insert(1, "a text")
    order = Order.model_validate(told)
    assert [item.name for item in order.items] == ["Perfume", None, "Sample"]
    assert list(unreadable_fields(order)) == ["items.1"]
    assert not order.are_parts_known


def test_nobody_can_say_from_outside_that_a_field_is_unreadable() -> None:
    order = Order.model_validate({**full_order(), "unreadable": ["total_amount"], "_unreadable": ["items"]})
    assert list(unreadable_fields(order)) == []
