"""Each kind of entry speaks in a sentence, has a label, a family with a name, and a list of facts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from webapp.audit import Action
from webapp.audit.actions import ALLOWED_FIELDS
from webapp.core.settings import ROOT
from webapp.models.audit_entry import AuditEntry
from webapp.models.hook_change import HookAction
from webapp.models.rotation import RotationStep
from webapp.presentation.audit.hook_sentences import BY_CHANGE, BY_RECEIVER, BY_RESENDING, BY_STEP
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
@pytest.mark.requirement("R58")
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
    verdict = entry("audit.verified", outcome="failed", after={"bad_seq": None, "kind": "unprotected"})
    assert sentence(verdict, {}).striptags() == "Alice Agent checked the audit log: it is broken (unprotected)"


DONE_TO_HOOKS = {
    "create": "created webhook", "edit": "changed the address or events of webhook",
    "secret": "gave webhook 80d3 another secret", "activate": "switched webhook 80d3 on", "pause": "paused webhook",
    "delete": "deleted webhook",
}  # fmt: skip


def hook_entry(action: str, **facts: object) -> AuditEntry:
    given = {"what": "create", "url": "https://shop.example.com/in", "new_hook_id": "91aa", "host": "shop.example"}
    return entry(action, object_type="hook", object_id="80d3", after=given | {"count": 3} | facts)


def test_every_kind_of_change_has_a_word_of_its_own() -> None:
    assert set(DONE_TO_HOOKS) == set(HookAction)
    assert all(set(sentences) == set(HookAction) for sentences in BY_CHANGE.values())
    assert set(BY_STEP) == set(RotationStep) - {RotationStep.MAKE}


@pytest.mark.parametrize("what", HookAction)
def test_what_was_done_to_a_webhook_is_said_with_its_verb(speaking: None, what: HookAction) -> None:
    said = {action: sentence(hook_entry(action, what=what), {}).striptags() for action in BY_CHANGE}
    assert DONE_TO_HOOKS[what] in said[Action.HOOK_SUCCEEDED]
    assert len(set(said.values())) == len(BY_CHANGE), "each tells something else"
    assert not [words for words in said.values() if "–" in words or "%" in words]
    found_out = hook_entry(Action.HOOK_SUCCEEDED, what=what)
    found_out.actor_id, found_out.actor_label = None, "worker"
    assert "desk" not in sentence(found_out, {}), "who asked for it did it, and stands in the entry of its start"
    others = {sentence(hook_entry(Action.HOOK_SUCCEEDED, what=one), {}) for one in HookAction if one != what}
    assert sentence(hook_entry(Action.HOOK_SUCCEEDED, what=what), {}) not in others


def test_steps_of_a_rotation_receiving_and_sending_again_say_what_was_done(speaking: None) -> None:
    said = [
        *(sentence(hook_entry(Action.ROTATION_STEP, step=step), {}).striptags() for step in BY_STEP),
        sentence(hook_entry(Action.ROTATION_STEP, step="watch", cause="taken back"), {}).striptags(),
        *(sentence(hook_entry(Action.RECEIVER_CHANGED, what=what), {}).striptags() for what in BY_RECEIVER),
        *(sentence(to_warehouse(what), {}).striptags() for what in BY_RESENDING),
    ]
    assert len(set(said)) == len(said)
    assert "Webhook 80d3 was paused: only 91aa, of the new secret, delivers" in said
    assert "Alice Agent decided to take back the replacement of the secret of webhook 80d3" in said
    assert "Alice Agent had deliveries forwarded to shop.example" in said
    assert "Alice Agent had 3 deliveries that had failed sent to the shop again" in said
    assert "Alice Agent started a replay of 3 deliveries to Warehouse" in said
    assert "Alice Agent had delivery 80d3 sent to Warehouse now" in said
    before = sentence(hook_entry(Action.DELIVERY_RESENT, what="one"), {}).striptags()
    assert before == "Alice Agent had delivery 80d3 sent to the shop again", "as it was before there were targets"


def to_warehouse(what: str) -> AuditEntry:
    return hook_entry(Action.DELIVERY_RESENT, what=what, target="Warehouse")


def test_what_the_code_writes_down_about_receiving_has_its_words() -> None:
    """Each word that is given as `what` where it is written down."""
    webhooks = ROOT / "webapp" / "webhooks"
    files = (webhooks / "receiver" / "settings.py", webhooks / "forwarding" / "targets.py")
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    written = set(re.findall(r'_record\(account, (?:receiver|target), "(\w+)"', text))
    assert len(written) > 9
    assert written <= set(BY_RECEIVER)
    text = "".join(file.read_text(encoding="utf-8") for file in (webhooks / "forwarding").glob("*.py"))
    resent = set(re.findall(r'record\(replay, [\w.]+, "(\w+)"', text)) | set(re.findall(r'"what": "(\w+)"', text))
    assert resent | {"failed"} == set(BY_RESENDING), "what earlier releases wrote has its words too"


def test_a_restore_says_what_is_missing(speaking: None) -> None:
    begun = entry("audit.restored", actor_id=None, actor_label="cli:root", after={"missing_from": 15, "missing_to": 58})
    assert sentence(begun, {}).striptags() == (
        "root at the terminal restored the desk from a backup: entries 15 to 58 of the log are missing"
    )


@pytest.mark.parametrize(
    ("permission", "object_id", "tried"),
    [
        ("refund.create", "order-01", "refund order order-01"),
        ("capture", "order-01", "capture order order-01"),
        ("personal_data.open", "order-01", "open the personal data of order order-01"),
        ("refund.create", None, "refund"),
        ("audit.export", None, "export the audit log"),
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
