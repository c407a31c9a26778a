"""Webhooks: making, editing and deleting them. The secret is PayPro's own, and can be read at any time."""

from __future__ import annotations

import secrets
import string

from webapp.emulators.kit.fields import boolean, receiver
from webapp.emulators.kit.messages import Answer
from webapp.emulators.kit.validation import Check, Field, required, rows, text

from . import fields, things
from .acting import acting
from .reading import spoken
from .world import Call

CHECKS: dict[str, Check] = {
    "name": text(blank=False, longest=255),
    "description": text(blank=False, longest=fields.LONGEST),
    "url": receiver,
}
OPTIONS = {"active": Field(boolean), "enabled_event_types": Field(rows(text(blank=False, longest=100)))}
CREATION = {**{name: required(check) for name, check in CHECKS.items()}, **OPTIONS}
EDIT = {**{name: Field(check) for name, check in CHECKS.items()}, **OPTIONS}
_LETTERS = string.ascii_letters + string.digits


def create_webhook(call: Call) -> Answer:
    """201. Active unless told otherwise."""
    given = call.given(CREATION)
    body = {
        **{name: given[name] for name in CHECKS},
        "active": given.get("active") is not False,
        "secret": "".join(secrets.choice(_LETTERS) for _ in range(32)),
        "enabled_event_types": given.get("enabled_event_types"),
    }
    with acting(call.world) as act:
        return spoken(call, act, act.add(call.account, "webhook", body), 201)


def edit_webhook(call: Call) -> Answer:
    """Changes what is given and leaves the rest; null leaves it too, for none of it can be without a value."""
    with call.world.store.read() as db:
        things.get(db, call.account, "webhook", call.ids[0])
    given = call.given(EDIT)
    with acting(call.world) as act:
        webhook = act.get(call.account, "webhook", call.ids[0])
        webhook.body |= {
            name: value for name, value in given.items() if value is not None or name == "enabled_event_types"
        }
        act.save(webhook)
        return spoken(call, act, webhook)
