"""Replacing a secret without a gap: the question, the wizard's page, its steps, a test event, and the way back."""

from __future__ import annotations

from flask import Response, abort, current_app, flash, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from webapp.access.form_tokens import BadToken, ChangeToken, new_change_token, read_change_token
from webapp.access.permissions import Permission, of, requires
from webapp.access.reauthentication import is_fresh
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.rotation import Rotation, Standing
from webapp.presentation.provider_errors import words_for_gateway
from webapp.providers.http.errors import GatewayError, NotSent, Refused
from webapp.providers.registry import postpay
from webapp.web.guard import fresh_sign_in, fresh_sign_in_for
from webapp.web.htmx import redirect_after_post, wants_fragment
from webapp.webhooks.address import host_of
from webapp.webhooks.endpoints.change import seen
from webapp.webhooks.endpoints.changes import version_of
from webapp.webhooks.endpoints.errors import HookBusy, NotChanged, SecretNotShown
from webapp.webhooks.rotation import steps as rotations
from webapp.webhooks.rotation.acts import Act
from webapp.webhooks.rotation.reasons import NotTaken, TakenBefore
from webapp.webhooks.rotation.trial import send_test_event

from . import blueprint
from .one import in_the_way
from .rotation_page import WATCHED_STEPS, quiet_hours, rotation_page, seen_of, watch
from .submit import not_changed, to_change


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
        "hooks/rotate.html", account=account, hook=hook, host=host_of(hook.url), token=token, quiet=quiet_hours()
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
    """Where it stands and what is next. While the new webhook delivers, one call: does the shop take it?"""
    rotation = _rotation(account, rotation_id)
    watched = watch(account, rotation)
    if not wants_fragment():
        return rotation_page("hooks/rotation.html", account, rotation, watched)
    given, here = request.args.get("seen", ""), seen_of(rotation, watched)
    if given == here:
        return make_response("", 204)
    if rotation.step not in WATCHED_STEPS or not given.startswith(f"{rotation.step}-"):
        return redirect_after_post(_address(rotation))
    return rotation_page("hooks/_watch.html", account, rotation, watched)


@blueprint.post("/<account:account>/hooks/rotations/<row_id:rotation_id>/test")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def send_test(account: Account, rotation_id: int) -> Response:
    """Has Postpay's test system tell both webhooks of an order that nobody pays."""
    rotation = _rotation(account, rotation_id)
    try:
        order_id = send_test_event(_work(account), rotation, _token("rotation", account, str(rotation_id)))
    except (NotChanged, BadToken):
        _flash_moved_on()
    except GatewayError as error:
        flash(_why_not_sent(error), "warning")
    else:
        flash(gettext("Postpay tells both webhooks of the order %(order)s, which nobody pays.", order=order_id), "info")
    return _to(rotation)


@blueprint.post("/<account:account>/hooks/rotations/<row_id:rotation_id>/undo")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in_for("hooks.show_rotation")
def undo_rotation(account: Account, rotation_id: int) -> Response:
    """Takes everything back, as far as that is known to have happened; it deletes, so a fresh proof is needed."""
    rotation = _rotation(account, rotation_id)
    try:
        rotation = rotations.undo(_work(account), rotation, _token("rotation", account, str(rotation_id)))
    except HookBusy as error:
        return to_change(error.change)
    except rotations.OldIsGone:
        flash(
            gettext(
                "The old webhook is gone or leads elsewhere, so there is nothing to go back to. Go on with the new one."
            ),
            "warning",
        )
    except (NotChanged, BadToken):
        _flash_moved_on()
    return _to(rotation)


@blueprint.post("/<account:account>/hooks/rotations/<row_id:rotation_id>/<act>")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def take_step(account: Account, rotation_id: int, act: str) -> Response:
    """One step on, or back; where its outcome is not known, the change's own page says so."""
    if act not in tuple(Act):
        abort(404)
    rotation = _rotation(account, rotation_id)
    if act == Act.DELETE_OLD and not is_fresh(current_user):
        return redirect_after_post(url_for("auth.ask_confirm", next=_address(rotation)))
    try:
        change = rotations.take_step(
            _work(account),
            rotation,
            Act(act),
            _token("rotation", account, str(rotation_id)),
            anyway=request.form.get("anyway") == "yes",
        )
    except HookBusy as error:
        return to_change(error.change)
    except (NotChanged, BadToken) as error:
        flash(_why_not(error, act), "warning")
        return _to(rotation)
    return to_change(change) if change.state != "succeeded" else _to(rotation)


def _why_not_sent(error: GatewayError) -> str:
    if isinstance(error, Refused | NotSent):
        return gettext("No test event was sent. %(why)s.", why=words_for_gateway(error).title)
    return gettext("It is not known whether the test event was sent. Look at the last response in a moment.")


def _why_not(error: Exception, act: str) -> str:
    match error:
        case SecretNotShown():
            return gettext("Nobody has seen the new secret yet, so the shop cannot know it. Show it first.")
        case TakenBefore():
            return gettext(
                "The shop took a delivery of the new webhook before it was paused, and a new answer would look the "
                "same. Take everything back and start again."
            )
        case NotTaken(standing=Standing.WAITING) if act == Act.DELETE_OLD:
            return gettext(
                "Nothing has been delivered with the new secret yet. The old webhook is kept until the shop has taken "
                "a delivery."
            )
        case NotTaken(standing=Standing.WAITING):
            return gettext(
                "The shop has not taken a delivery of the new webhook yet. Wait for one, or say that you know."
            )
        case NotTaken(standing=Standing.REFUSED):
            return gettext(
                "The shop did not take the last delivery of the new webhook, so the old one stays. Put the new secret "
                "right in the shop first."
            )
    return _moved_on()


def _moved_on() -> str:
    return gettext("It does not stand there any more, or not yet. This is how it stands now.")


def _flash_moved_on() -> None:
    flash(_moved_on(), "warning")


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
