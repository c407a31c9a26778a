"""Replacing a secret without a gap: the question, the wizard's page, its steps, and the way back."""

from __future__ import annotations

from typing import NamedTuple

from flask import Response, abort, current_app, flash, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from webapp.access.form_tokens import BadToken, ChangeToken, new_change_token, read_change_token
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.hook_change import HookChange
from webapp.models.rotation import Rotation, RotationStep
from webapp.presentation.hook_words import answered_ok
from webapp.presentation.provider_errors import words_for_gateway
from webapp.providers.http.errors import GatewayError, NotFound
from webapp.providers.postpay.models import Hook
from webapp.providers.registry import postpay
from webapp.web.guard import fresh_sign_in
from webapp.web.htmx import redirect_after_post, wants_fragment
from webapp.webhooks.address import host_of
from webapp.webhooks.endpoints.change import seen
from webapp.webhooks.endpoints.errors import HookBusy, NotChanged
from webapp.webhooks.endpoints.write import version_of
from webapp.webhooks.rotation import steps as rotations

from . import blueprint
from .one import in_the_way
from .submit import not_changed, to_change

SNIPPETS = (("PHP", "php"), ("Python", "python"), ("Node", "node"))


class Watched(NamedTuple):
    """The new webhook as the provider has it now; None where it is gone, or could not be asked (`problem`)."""

    hook: Hook | None
    is_taken: bool
    problem: str | None = None


@blueprint.get("/<account:account>/hooks/<provider_id:hook_id>/rotate")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def ask_rotation(account: Account, hook_id: str) -> Response:
    """What the five steps are; or why they cannot begin."""
    hook = postpay(account).get_hook(hook_id=hook_id)
    if answer := in_the_way(account, hook_id):
        return answer
    token = new_change_token(
        "rotate",
        user_id=current_user.id,
        account=account.slug,
        object_id=hook_id,
        version=version_of(account, hook_id),
        seen=seen(hook),
    )
    release()
    page = render_template(
        "hooks/rotate.html", account=account, hook=hook, host=host_of(hook.url), token=token, quiet=_quiet_hours()
    )
    return make_response(page)


@blueprint.post("/<account:account>/hooks/<provider_id:hook_id>/rotate")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def start_rotation(account: Account, hook_id: str) -> Response:
    """Makes the second webhook; from here on the wizard's page leads."""
    try:
        token = _token("rotate", account, hook_id)
        hook = postpay(account).get_hook(hook_id=hook_id)
        rotation = rotations.start_rotation(_work(account), hook, token)
    except (NotChanged, BadToken) as error:
        return not_changed(account, error)
    return _to(rotation)


@blueprint.get("/<account:account>/hooks/rotations/<row_id:rotation_id>")
@requires(Permission.HOOKS_READ)
@of("postpay")
def show_rotation(account: Account, rotation_id: int) -> Response:
    """Where it stands and what is next. While both deliver, one call: has the shop taken the new one's?"""
    rotation = _rotation(account, rotation_id)
    watched = _watch(account, rotation)
    if not wants_fragment():
        return _page("hooks/rotation.html", account, rotation, watched)
    if rotation.step != RotationStep.WATCH:
        return redirect_after_post(_address(rotation))
    if request.args.get("seen") == ("taken" if watched and watched.is_taken else "nothing"):
        return make_response("", 204)
    return _page("hooks/_watch.html", account, rotation, watched)


@blueprint.post("/<account:account>/hooks/rotations/<row_id:rotation_id>/undo")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def undo_rotation(account: Account, rotation_id: int) -> Response:
    """Takes everything back, as far as that is known to have happened."""
    rotation = _rotation(account, rotation_id)
    try:
        rotation = rotations.undo(_work(account), rotation, _token("rotation", account, str(rotation_id)))
    except HookBusy as error:
        return to_change(error.change)
    except rotations.OldIsGone:
        flash(gettext("The old webhook is gone, so there is nothing to go back to. Go on with the new one."), "warning")
    except (NotChanged, BadToken):
        _flash_moved_on()
    return _to(rotation)


@blueprint.post("/<account:account>/hooks/rotations/<row_id:rotation_id>/<act>")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def take_step(account: Account, rotation_id: int, act: str) -> Response:
    """One step on, or back; where its outcome is not known, the change's own page says so."""
    if act not in tuple(rotations.Act):
        abort(404)
    rotation = _rotation(account, rotation_id)
    try:
        change = rotations.take_step(
            _work(account),
            rotation,
            rotations.Act(act),
            _token("rotation", account, str(rotation_id)),
            anyway=request.form.get("anyway") == "yes",
        )
    except rotations.NothingTaken:
        flash(
            gettext("The shop has not taken a delivery of the new webhook yet. Wait for one, or say that you know."),
            "warning",
        )
        return _to(rotation)
    except HookBusy as error:
        return to_change(error.change)
    except (NotChanged, BadToken):
        _flash_moved_on()
        return _to(rotation)
    return to_change(change) if change.state != "succeeded" else _to(rotation)


def _flash_moved_on() -> None:
    flash(gettext("It does not stand there any more, or not yet. This is how it stands now."), "warning")


def _page(template: str, account: Account, rotation: Rotation, watched: Watched | None) -> Response:
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
        out_of_band=wants_fragment(),
        changes=changes[::-1],
        open_change=next((change for change in changes if change.is_open), None),
        secret_change=_latest_secret(changes),
        may_edit=current_user.can(Permission.HOOKS_EDIT),
        may_delete=rotations.is_quiet_over(rotation),
        quiet=_quiet_hours(),
        snippets=_snippets() if rotation.step == RotationStep.INSTALL else [],
    )
    return make_response(page)


def _watch(account: Account, rotation: Rotation) -> Watched | None:
    if rotation.step != RotationStep.WATCH:
        return None
    try:
        hook = postpay(account).get_hook(hook_id=rotation.new_hook_id or "")
    except NotFound:
        return Watched(None, False)
    except GatewayError as error:
        return Watched(None, False, words_for_gateway(error).title)
    return Watched(hook, answered_ok(hook))


def _latest_secret(changes: list[HookChange]) -> HookChange | None:
    """The change that brought the secret that is in force on the new webhook."""
    brought = [change for change in changes if change.brings_secret and change.state == "succeeded"]
    return brought[-1] if brought else None


def _snippets() -> list[tuple[str, str]]:
    env = current_app.jinja_env
    return [(title, env.loader.get_source(env, f"hooks/snippets/{name}.txt")[0]) for title, name in SNIPPETS]  # type: ignore[union-attr]


def _work(account: Account) -> rotations.Rotating:
    return rotations.Rotating(postpay(account), account, current_user.id, current_app.extensions["settings"])


def _token(kind: str, account: Account, object_id: str) -> ChangeToken:
    text = request.form.get("submit_token", "")
    return read_change_token(text, kind=kind, user_id=current_user.id, account=account.slug, object_id=object_id)


def _rotation(account: Account, rotation_id: int) -> Rotation:
    rotation = db.session.get(Rotation, rotation_id, populate_existing=True)
    release()
    if rotation is None or rotation.account != account.slug:
        abort(404)
    return rotation


def _address(rotation: Rotation) -> str:
    return url_for("hooks.show_rotation", account=rotation.account, rotation_id=rotation.id)


def _to(rotation: Rotation) -> Response:
    return redirect_after_post(_address(rotation))


def _quiet_hours() -> int:
    return int(current_app.extensions["settings"].rotation_quiet_hours)
