"""REFUND_LIMITS as an operator writes it, and what it means."""

from __future__ import annotations

import pytest

from webapp.core.environment import load_settings
from webapp.core.refund_limits_setting import DEFAULT_LIMITS, RefundLimit

from .test_settings import LIVE, problems


@pytest.mark.parametrize(
    "limits",
    [
        "a lot",
        '{"agent": {"AED": ["10.00"]}}',
        '{"agent": "AED"}',
        '{"agent": {"AED": {"single": "1"}}}',
        '{"agent": {"AED": {"single": "1", "day": "2", "week": "3"}}}',
        '{"agent": {"AED": {"single": "1", "day": "2", "per_hour": "many"}}}',
        '{"agent": {"AED": {"single": "1", "day": "2", "per_hour": 0}}}',
    ],
)
def test_refund_limits_of_another_form_are_told_which_form(limits: str) -> None:
    form = '{"agent": {"AED": ["1000.00", "5000.00"]}}'
    assert problems(REFUND_LIMITS=limits) == [f"REFUND_LIMITS: is not of the form {form}"]


def test_limits_are_given_in_major_units_and_kept_in_minor_ones() -> None:
    limits = '{"agent": {"KWD": ["1.250", "2"], "JPY": ["100", "200"]}}'
    settings = load_settings({**LIVE, "REFUND_LIMITS": limits})
    assert settings.limit("agent", "KWD") == RefundLimit(single=1250, day=2000)
    assert settings.limit("agent", "JPY") == RefundLimit(single=100, day=200)
    assert settings.limit("agent", "AED") is None


def test_all_limits_are_given_by_their_names() -> None:
    given = '{"single": "1.00", "day": "9.00", "per_order": "3.00", "approval": "2", "shop": "50", "per_hour": 7}'
    limit = load_settings({**LIVE, "REFUND_LIMITS": f'{{"agent": {{"AED": {given}}}}}'}).limit("agent", "AED")
    assert limit == RefundLimit(single=100, day=900, per_order=300, approval=200, shop=5000, per_hour=7)
    assert (limit.of_order, limit.alone) == (300, 200)
    unsaid = RefundLimit(single=100, day=900)
    assert (unsaid.of_order, unsaid.alone) == (900, 100)


def test_roles_without_limits_have_none() -> None:
    settings = load_settings({**LIVE, "REFUND_LIMITS": '{"agent": {}}'})
    assert settings.limit("finance", "KWD") is None
    assert settings.limit(None, "KWD") is None


def test_by_default_finance_may_ten_times_as_much_as_an_agent() -> None:
    agent, finance = DEFAULT_LIMITS["agent"]["AED"], DEFAULT_LIMITS["finance"]["AED"]
    assert (agent.single, agent.day, agent.shop) == (100_000, 500_000, 25_000_000)
    assert (finance.single, finance.day, finance.shop) == (1_000_000, 5_000_000, 250_000_000)
