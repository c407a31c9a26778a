"""What must hold after a storm: the book of the desk against the book of the provider. Numbers as in the design."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import create_engine, text

from .agent import Said
from .desk import Control

TERMINAL = ("succeeded", "refused", "closed")


class Book:
    """Both books, read once."""

    def __init__(self, database_url: str, control: Control) -> None:
        engine = create_engine(database_url)
        with engine.connect() as connection:
            self.intents = [dict(row) for row in connection.execute(text("SELECT * FROM intent")).mappings()]
            self.entries = [
                dict(row)
                for row in connection.execute(text("SELECT * FROM audit_entry WHERE event LIKE 'refund.%'")).mappings()
            ]
        engine.dispose()
        refunds = control.ask("GET", "/refunds?prefix=bo-")
        self.refunds: list[dict[str, Any]] = refunds["refunds"] if isinstance(refunds, dict) else refunds
        log = control.ask("GET", "/requests?method=POST&path=/orders")
        self.posts: list[dict[str, Any]] = log["requests"] if isinstance(log, dict) else log


def check(book: Book, said: Said, totals: dict[str, int]) -> None:
    """Raises AssertionError that names the broken invariant."""
    succeeded = {i["refund_id"]: i for i in book.intents if i["state"] == "succeeded"}
    made = {r["refund_id"]: r for r in book.refunds}
    assert len(made) == len(book.refunds), "I2: a number was refunded twice"
    assert set(made) == set(succeeded), f"I1: {set(made) ^ set(succeeded)}"
    for number, intent in succeeded.items():
        refund = made[number]
        assert (refund["order_id"], refund["amount"]) == (intent["order_id"], intent["amount_minor"]), f"I1: {number}"
    for intent in book.intents:
        is_for_two = intent["reason"] == "other" and intent["first_sent"]
        assert not is_for_two or intent["approved_by"], f"sent without a second person: {intent['refund_id']}"
        assert intent["approved_by"] != intent["requested_by"], f"approved by whoever asked: {intent['refund_id']}"
    assert len({i["submit_token_hash"] for i in book.intents}) == len(book.intents), "I2: one form, two intents"
    assert len(book.intents) <= len(said.tokens), "I2: more intents than people's decisions"
    assert said.done <= set(made), f"I6: called done: {said.done - set(made)}"
    assert not said.refused & set(made), f"I6: called not done: {said.refused & set(made)}"
    _check_posts(book)
    _check_entries(book)
    spent: Counter[str] = Counter()
    for refund in book.refunds:
        spent[refund["order_id"]] += refund["amount"]
    assert all(spent[order] <= total for order, total in totals.items()), "I9: more refunded than captured"


def check_settled(book: Book) -> None:
    """I8: after the faults, one reconcile leaves nothing open, and nothing for finance."""
    states = Counter(intent["state"] for intent in book.intents)
    assert not set(states) - set(TERMINAL), f"I8: {states}"


def _check_posts(book: Book) -> None:
    """I4 never two at once for an order, I7 the same bytes each time and always an explicit amount."""
    bodies: dict[str, set[str]] = defaultdict(set)
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for post in book.posts:
        if not post["path"].endswith("/refunds"):
            continue
        body = json.loads(post["body"])
        assert type(body["amount"]) is int, "I7: an amount that is no whole number"
        assert body["amount"] > 0, "I7: an amount that is not positive"
        bodies[body["refund_id"]].add(post["body_sha256"])
        if post["started"] and post["ended"]:
            spans[post["path"]].append((moment(post["started"]), moment(post["ended"])))
    assert all(len(hashes) == 1 for hashes in bodies.values()), "I7: a resend with other bytes"
    known = {intent["refund_id"] for intent in book.intents}
    assert set(bodies) <= known, "I3: sent without an intent"
    for path, times in spans.items():
        times.sort()
        for (_, ended), (started, _) in pairwise(times):
            assert ended <= started, f"I4: two at once on {path}"


def _check_entries(book: Book) -> None:
    """I5: one first entry for each intent, one last one for each closed intent, and no others."""
    first: Counter[int] = Counter()
    last: Counter[int] = Counter()
    for entry in book.entries:
        event = entry["event"].removeprefix("refund.")
        facts = json.loads(entry["after"] or "{}")
        if event == "intent":
            first[facts["intent_id"]] += 1
        elif event in TERMINAL:
            last[facts["intent_id"]] += 1
    ids = {intent["id"] for intent in book.intents}
    closed = {intent["id"] for intent in book.intents if intent["state"] in TERMINAL}
    assert first == Counter(dict.fromkeys(ids, 1)), "I5: first entries"
    assert last == Counter(dict.fromkeys(closed, 1)), "I5: last entries"


def moment(value: str) -> datetime:
    return datetime.fromisoformat(value.replace("Z", "+00:00"))
