"""Each kind of entry speaks in a sentence, has a label, a family with a name, and a list of facts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from webapp.audit import Action
from webapp.audit.actions import ALLOWED_FIELDS
from webapp.models.audit_entry import AuditEntry
from webapp.presentation.audit.labels import FAMILIES, LABELS, OUTCOMES
from webapp.presentation.audit.sentences import SENTENCES, sentence

from .log import Log


@pytest.fixture
def speaking(sqlite_log: Log) -> Iterator[None]:
    with sqlite_log.app.test_request_context():
        yield


def entry(action: str, **fields: object) -> AuditEntry:
    given = {"outcome": "ok", "actor_label": "Alice Agent", "actor_id": 7, "object_id": "order-01", **fields}
    after = given.pop("after", None)
    return AuditEntry(event=action, after=json.dumps(after) if after is not None else None, **given)


@pytest.mark.parametrize("action", Action)
def test_every_action_has_its_words(speaking: None, action: Action) -> None:
    words = str(sentence(entry(action), {}).striptags())
    assert re.fullmatch(r"[A-Z].{8,}[^.]", words), "a sentence without its full stop, for it stands in a list"
    assert "%" not in words
    assert str(LABELS[action])
    assert action.family in FAMILIES
    assert action in ALLOWED_FIELDS
    assert len(action) <= 48
    assert len(action.family) <= 16


def test_the_tables_name_nothing_else() -> None:
    assert set(SENTENCES) == set(LABELS) == set(Action)
    assert set(OUTCOMES) == {"ok", "denied", "failed", "unknown"}


def test_an_amount_is_spoken_as_people_read_it(speaking: None) -> None:
    facts = {"amount_minor": 12050, "currency": "AED"}
    assert (
        sentence(entry("refund.succeeded", after=facts), {}).striptags()
        == "Alice Agent refunded AED 120.50 of order-01"
    )


def test_people_are_called_by_their_names(speaking: None) -> None:
    changed = entry("user.disabled", object_type="user", object_id="9", actor_label="Adam Admin")
    assert sentence(changed, {"9": "Vera Viewer"}).striptags() == "Adam Admin disabled the account of Vera Viewer"


def test_markup_in_a_name_stays_text(speaking: None) -> None:
    said = sentence(entry("auth.logout", actor_label="<script>alert(1)</script> 100%"), {})
    assert said == "<bdi>&lt;script&gt;alert(1)&lt;/script&gt; 100%</bdi> signed out"


def test_a_broken_log_is_not_spoken_of_as_sound(speaking: None) -> None:
    verdict = entry("audit.verified", outcome="failed", after={"bad_seq": 6, "kind": "changed"})
    assert "broken at entry 6" in sentence(verdict, {}).striptags()


@pytest.mark.parametrize(
    ("permission", "object_id", "tried"),
    [
        ("refund.create", "order-01", "refund order order-01"),
        ("capture", "order-01", "capture order order-01"),
        ("personal_data.open", "order-01", "open the personal data of order order-01"),
        ("refund.create", None, "refund"),
        ("audit.export", None, "take the audit log along"),
        ("long.gone", "order-01", "do this"),
    ],
)
def test_what_somebody_was_kept_from_is_named(
    speaking: None, permission: str, object_id: str | None, tried: str
) -> None:
    denied = entry("access.denied", object_id=object_id, after={"permission": permission}, actor_label="Omar Auditor")
    assert sentence(denied, {}).striptags() == f"Omar Auditor tried to {tried}, which the role does not allow"


def test_an_entry_of_a_newer_desk_shows_its_code(speaking: None) -> None:
    assert sentence(entry("hook.created"), {}).striptags() == "Alice Agent: hook.created"


@pytest.mark.parametrize(
    ("label", "spoken"),
    [("system", "The desk"), ("stranger", "Somebody not signed in"), ("cli:root", "root at the terminal")],
)
def test_those_without_an_account_have_names_too(speaking: None, label: str, spoken: str) -> None:
    assert sentence(entry("auth.logout", actor_id=None, actor_label=label), {}).striptags() == f"{spoken} signed out"
