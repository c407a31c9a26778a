"""The wizard's page: where a rotation stands, how the new webhook does, and what is next."""

from __future__ import annotations

from typing import NamedTuple

from flask import Response, current_app, make_response, render_template
from flask_login import current_user

from webapp import audit
from webapp.access.form_tokens import new_change_token
from webapp.access.permissions import Permission
from webapp.core.accounts import Account
from webapp.models.base import now
from webapp.models.hook_change import HookChange
from webapp.models.rotation import Rotation, RotationStep, Standing
from webapp.presentation.provider_errors import words_for_gateway
from webapp.providers.http.errors import GatewayError
from webapp.providers.postpay.models import Hook
from webapp.providers.registry import postpay
from webapp.web.htmx import wants_fragment
from webapp.webhooks.address import host_of
from webapp.webhooks.rotation import steps as rotations
from webapp.webhooks.rotation.trial import can_be_tried
from webapp.webhooks.rotation_evidence import look_at_new
from webapp.webhooks.rotation_state import note

SNIPPETS = (("PHP", "php"), ("Python", "python"), ("Node", "node"))
WATCHED_STEPS = (RotationStep.WATCH, RotationStep.QUIET)


class Watched(NamedTuple):
    """How the new webhook does now; `hook` is None where it is gone, `problem` says why nobody could be asked."""

    standing: Standing | None
    hook: Hook | None = None
    problem: str | None = None

    @property
    def is_taken(self) -> bool:
        return self.standing is Standing.TAKEN


def watch(account: Account, rotation: Rotation) -> Watched | None:
    """One call, at the steps where the new webhook delivers. Trouble that begins or ends is written down at once."""
    if rotation.step not in WATCHED_STEPS:
        return None
    try:
        standing, hook = look_at_new(postpay(account), rotation)
    except GatewayError as error:
        return Watched(None, problem=words_for_gateway(error).title)
    if rotation.step == RotationStep.WATCH:
        return Watched(standing, hook)
    standing = _with_what_is_known(rotation, standing)
    if (standing if standing.is_trouble else None) != rotation.trouble:
        with audit.by_the_desk():
            note(rotation, standing)
    return Watched(standing, hook)


def _with_what_is_known(rotation: Rotation, standing: Standing) -> Standing:
    """What only the worker looks for stands until it has looked again."""
    is_silent = standing is Standing.WAITING and rotation.trouble == Standing.SILENT
    is_old_changed = standing is Standing.TAKEN and rotation.trouble == Standing.OLD_CHANGED
    return Standing(rotation.trouble or "") if is_silent or is_old_changed else standing


def seen_of(rotation: Rotation, watched: Watched | None) -> str:
    """What the watching part of the page says, in short: it is drawn anew only when that differs."""
    code = watched.hook.last_response.code if watched and watched.hook and watched.hook.last_response else None
    standing = (watched.standing if watched else None) or "unknown"
    return f"{rotation.step}-{standing}-{code}-{int(rotation.is_quiet_over(now()))}"


def rotation_page(template: str, account: Account, rotation: Rotation, watched: Watched | None) -> Response:
    """The page, or the part of it that watches."""
    changes = rotations.changes_of(rotation)
    token = new_change_token(
        "rotation",
        user_id=current_user.id,
        account=account.slug,
        object_id=str(rotation.id),
        version=len(changes),
        seen=rotation.step,
    )
    page = render_template(
        template,
        account=account,
        rotation=rotation,
        host=host_of(rotation.url),
        token=token,
        watched=watched,
        seen=seen_of(rotation, watched),
        out_of_band=wants_fragment(),
        changes=changes[::-1],
        open_change=next((change for change in changes if change.is_open), None),
        secret_change=_latest_secret(changes),
        may_edit=current_user.can(Permission.HOOKS_EDIT),
        may_delete=rotation.is_quiet_over(now()) and watched is not None and watched.is_taken,
        may_try=can_be_tried(account, rotation),
        quiet=quiet_hours(),
        snippets=_snippets() if rotation.step == RotationStep.INSTALL else [],
    )
    return make_response(page)


def quiet_hours() -> int:
    return int(current_app.extensions["settings"].rotation_quiet_hours)


def _latest_secret(changes: list[HookChange]) -> HookChange | None:
    """The change that brought the secret that is in force on the new webhook."""
    brought = [change for change in changes if change.brings_secret and change.state == "succeeded"]
    return brought[-1] if brought else None


def _snippets() -> list[tuple[str, str]]:
    env = current_app.jinja_env
    return [(title, env.loader.get_source(env, f"hooks/snippets/{name}.txt")[0]) for title, name in SNIPPETS]  # type: ignore[union-attr]
