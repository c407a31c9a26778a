"""What must hold when a history is over: the book of the desk against the book of the provider."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import chain

from webapp.models.intent import IntentKind, IntentState
from webapp.payments.intents import MADE_OTHERWISE

from .desk import Desk
from .people import Said
from .provider import Provider

PREFIX = "bo-"
TERMINAL = (IntentState.SUCCEEDED, IntentState.REFUSED, IntentState.CLOSED)


def check(desk: Desk, provider: Provider, said: Said) -> None:
    """Raises AssertionError that names the broken invariant, by the numbers of the design."""
    intents = [dict(row) for row in desk.look("SELECT * FROM intent ORDER BY id")]
    refunds = [one for one in intents if one["kind"] == IntentKind.REFUND]
    _check_refunds(refunds, provider)
    _check_captures([one for one in intents if one["kind"] == IntentKind.CAPTURE], provider)
    _check_words(intents, provider, said)
    _check_posts(provider)
    _check_entries(desk, intents)


def check_settled(desk: Desk) -> None:
    """I8: without faults, and with finance's word where it is asked for, nothing stays open."""
    states = Counter(row["state"] for row in desk.look("SELECT state FROM intent"))
    assert not set(states) - set(TERMINAL), f"I8: {dict(states)}"


def terminal_rows(desk: Desk) -> list[tuple[object, ...]]:
    """I11: what is over is never touched again."""
    rows = desk.look("SELECT * FROM intent WHERE state IN ('succeeded', 'refused', 'closed') ORDER BY id")
    return [tuple(row) for row in rows]


def _check_refunds(intents: list[dict], provider: Provider) -> None:
    made = {
        one.refund_id: (book.order_id, one.amount)
        for book in provider.books.values()
        for one in book.now.refunds
        if one.refund_id.startswith(PREFIX)
    }
    count = sum(one.refund_id.startswith(PREFIX) for book in provider.books.values() for one in book.now.refunds)
    assert count == len(made), "I2: a number was refunded twice"
    expected = {
        one["refund_id"]: (one["order_id"], one["amount_minor"])
        for one in intents
        if one["state"] == IntentState.SUCCEEDED or one["outcome_code"] == MADE_OTHERWISE
    }
    assert made == expected, f"I1: {set(made.items()) ^ set(expected.items())}"
    for book in provider.books.values():
        assert book.refunded <= book.total, f"I9: more was refunded than captured of {book.order_id}"


def _check_captures(intents: list[dict], provider: Provider) -> None:
    succeeded = Counter(one["order_id"] for one in intents if one["state"] == IntentState.SUCCEEDED)
    assert all(count == 1 for count in succeeded.values()), f"two captures of one order succeeded: {succeeded}"
    for order_id in succeeded:
        assert provider.books[order_id].now.status == "captured", f"{order_id} is said to be captured"
        assert not provider.books[order_id].was_beaten, f"{order_id} was captured by somebody else"
    for one in intents:
        if provider.books[one["order_id"]].captured_by == "desk" and one["state"] == IntentState.REFUSED:
            others = succeeded[one["order_id"]]
            assert others, f"{one['order_id']} was captured by the desk, and its capture is called refused"


def _check_words(intents: list[dict], provider: Provider, said: Said) -> None:
    forms = {one["submit_token_hash"] for one in intents}
    assert len(forms) == len(intents), "I2: one form, two intents"
    assert forms <= said.forms, "I2: an intent that nobody decided"
    made = {one.refund_id for one in chain.from_iterable(book.now.refunds for book in provider.books.values())}
    for one in intents:
        if one["kind"] == IntentKind.REFUND:
            assert one["id"] not in said.done or one["refund_id"] in made, "I6: called done"
            assert one["id"] not in said.refused or one["refund_id"] not in made, "I6: called not done"
    states = {one["id"]: one["state"] for one in intents}
    assert all(states[number] == IntentState.SUCCEEDED for number in said.done), "I6: done, and then not"
    assert all(states[number] == IntentState.REFUSED for number in said.refused), "I6: refused, and then not"


def _check_posts(provider: Provider) -> None:
    """I7: the same bytes each time, and always an explicit amount."""
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for post in provider.posts:
        amount = json.loads(post.body)["amount"]
        assert type(amount) is int, "I7: an amount that is no whole number"
        assert amount > 0, "I7: an amount that is not positive"
        bodies[post.refund_id].add(post.body)
    assert all(len(same) == 1 for same in bodies.values()), "I7: sent again with other bytes"


def _check_entries(desk: Desk, intents: list[dict]) -> None:
    """I5: one first entry for each intent, one last one for each that is over, and no others."""
    first: Counter[int] = Counter()
    last: Counter[int] = Counter()
    for entry in desk.look("SELECT event, after FROM audit_entry WHERE family IN ('refund', 'capture')"):
        event = entry["event"].partition(".")[2]
        facts = json.loads(entry["after"] or "{}")
        if event == "intent":
            first[facts["intent_id"]] += 1
        elif event in TERMINAL:
            last[facts["intent_id"]] += 1
    over = {one["id"] for one in intents if one["state"] in TERMINAL}
    assert first == Counter(dict.fromkeys((one["id"] for one in intents), 1)), "I5: first entries"
    assert last == Counter(dict.fromkeys(over, 1)), "I5: last entries"
