"""The same for webhooks: mistakes put into the desk for as long as a context lasts, each to be found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from webapp.models.hook_change import HookAction, HookChange
from webapp.models.rotation import Rotation, Standing
from webapp.operations import engine, resolve_unknown
from webapp.operations.kind import Kind
from webapp.providers.contract import Found, Proof
from webapp.providers.postpay.hook_mover import HookMover
from webapp.webhooks.endpoints import changes, prepared, write
from webapp.webhooks.rotation import reasons, steps
from webapp.webhooks.rotation_evidence import Look

from . import desk as stage
from .mistakes import Plant

HOOK_MISTAKES: dict[str, Plant] = {}


def mistake(name: str) -> Any:
    def keep(plant: Plant) -> Plant:
        HOOK_MISTAKES[name] = plant
        return plant

    return keep


@mistake("nobody looks at the other webhook right before one goes")
def _without_reason(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    patch.setattr(changes, "still_holds", lambda client, change: True)
    patch.setattr(reasons, "look_at_new", lambda client, rotation: Look(Standing.TAKEN, None))


@mistake("another secret goes when it is sent again")
def _another_secret(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    real = HookMover._do

    def do(mover: HookMover, change: HookChange, secret: SecretStr | None, deadline: float) -> str | None:
        return real(mover, change, prepared.new_secret() if secret and change.attempt > 1 else secret, deadline)

    patch.setattr(HookMover, "_do", do)


@mistake("what a list does not show was not created")
def _not_listed(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    real = HookMover.look

    def look(mover: HookMover, change: HookChange, **how: Any) -> Found:
        found = real(mover, change, **how)
        is_absent = change.action == HookAction.CREATE and found.proof is Proof.MISSING
        return Found(Proof.GONE) if is_absent else found

    patch.setattr(HookMover, "look", look)


@mistake("a creation is taken for any webhook at its address")
def _claimed(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    patch.setattr(changes, "claimed_hooks", lambda change: set())
    patch.setattr("webapp.providers.postpay.hook_mover.CLOCK_DOUBT", timedelta(days=1))


@mistake("a creation is sent again by itself")
def _sent_again(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    patch.setattr(HookChange, "is_sent_again", True)


@mistake("two changes of a webhook at once")
def _beside(patch: pytest.MonkeyPatch, desk: stage.Desk) -> None:
    patch.setattr(write, "open_change_of", lambda account, hook_id, url=None: None)
    patch.setattr(write, "version_of", lambda account, hook_id: 0)
    patch.setattr(write, "_check", lambda wish, account, token: None)
    desk.without_index("uq_hook_change_open_hook", patch)


@mistake("nobody takes a lease of a change")
def _no_lease(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    def count(_kind: Kind[HookChange], change: HookChange, **_how: Any) -> HookChange:
        return change

    patch.setattr(resolve_unknown, "count_attempt", count)
    patch.setattr(resolve_unknown, "take", lambda kind, change, deadline: change)
    patch.setattr(engine, "lease", lambda kind, deadline, looks=0: kind.calls * timedelta(seconds=deadline))


@mistake("the old webhook is deleted without a quiet time or the shop's word")
def _without_word(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    patch.setattr(steps, "check_reason", lambda *_, **__: None)
    patch.setattr(changes, "still_holds", lambda client, change: True)
    patch.setattr(Rotation, "is_quiet_over", lambda rotation, moment: True)


@mistake("taken back without the old one")
def _undone_anyway(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    real = steps._old_hook

    def old_hook(work: Any, rotation: Rotation) -> Any:
        return real(work, rotation).model_copy(update={"active": True})

    patch.setattr(steps, "_old_hook", old_hook)
    patch.setattr(changes, "still_holds", lambda client, change: True)
