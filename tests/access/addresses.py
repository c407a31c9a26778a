"""Every address of the desk, by every method, with something in the place of what varies in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

EXAMPLES = {
    "account": "demo",
    "order_id": "order-1",
    "refund_id": "refund-1",
    "version": "0" * 16,
    "name": "desk.css",
    "transaction_id": "transaction-1",
}
NUMBER = 987654


def requests(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every rule with every method that it answers, by name."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def address(rule: Rule, **given: str) -> str:
    """An address of the rule, about things that do not exist."""
    examples = {**EXAMPLES, **given}
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: str(examples.get(found[1], NUMBER)), rule.rule)
