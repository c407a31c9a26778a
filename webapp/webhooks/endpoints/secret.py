"""Shows a new secret to one person, once: from then on the desk does not have it any more (R54)."""

from __future__ import annotations

from pydantic import SecretStr

from webapp import audit
from webapp.core import sealing
from webapp.core.database import writing
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.hook_change import ChangeState, HookChange
from webapp.operations.engine import compare_and_set

from .changes import CHANGES, object_id


def show_secret(change: HookChange, person_id: int, settings: Settings) -> SecretStr | None:
    """The secret that is in force, for the first who asks; None when it was shown before, or never came into force.

    What is left of it is who saw it, when, and its fingerprint. Raises CannotUnseal, and then nothing is forgotten.
    """
    if not change.can_show_secret or change.secret_sealed is None:
        return None
    secret = sealing.unseal(settings, change.secret_sealed)
    with writing() as session:
        values = {"secret_sealed": None, "secret_shown": now(), "secret_shown_by": person_id}
        not_yet = HookChange.secret_shown.is_(None)
        if not compare_and_set(session, CHANGES, change, not_yet, states=(ChangeState.SUCCEEDED,), **values):
            return None
        audit.record(
            audit.Action.HOOK_SECRET_SHOWN,
            account=change.account,
            object_type="hook",
            object_id=object_id(change),
            after={
                "change_id": change.id,
                "hook_id": change.hook_id,
                "secret_fingerprint": change.secret_fingerprint,
            },
        )
    return secret
