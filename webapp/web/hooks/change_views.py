"""What became of a change: its page, a look at once, sending again, giving it up, and its secret, shown once."""

from __future__ import annotations

from flask import Response, abort, current_app, flash, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from webapp.access.permissions import Permission, of, requires
from webapp.access.reauthentication import is_fresh
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.sealing import CannotUnseal
from webapp.core.settings import Settings
from webapp.models.base import now
from webapp.models.hook_change import HookAction, HookChange
from webapp.models.rotation import Rotation
from webapp.operations.kind import NotYet
from webapp.operations.resolve_unknown import check_now, close
from webapp.operations.resolve_unknown import send_again as send_once_more
from webapp.presentation.hook_words import change_href
from webapp.providers.postpay.hook_mover import HookMover
from webapp.providers.registry import postpay
from webapp.web.guard import fresh_sign_in_for
from webapp.web.htmx import redirect_after_post, wants_fragment
from webapp.web.typed_forms import form_to_offer
from webapp.webhooks.endpoints.changes import CHANGES, NOT_DONE, hook_mover, may_close, may_repeat
from webapp.webhooks.endpoints.secret import show_secret as take_secret

from . import blueprint
from .forms import CloseChangeForm


@blueprint.get("/<account:account>/hooks/changes/<row_id:change_id>")
@requires(Permission.HOOKS_READ)
@of("postpay")
def show_change(account: Account, change_id: int) -> Response:
    """Done, refused, or not known yet; htmx asks again while it is open, and hears no news twice."""
    change = _change(account, change_id)
    if not wants_fragment():
        return _page("hooks/change.html", account, change)
    if request.args.get("seen") == _seen(change):
        return make_response("", 204)
    return _page("hooks/_change.html", account, change)


@blueprint.post("/<account:account>/hooks/changes/<row_id:change_id>/check")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def check_change(account: Account, change_id: int) -> Response:
    """Looks at once."""
    change = _change(account, change_id)
    change = check_now(CHANGES, _mover(account), change, deadline=_settings().provider_deadline)
    return redirect_after_post(change_href(change))


@blueprint.post("/<account:account>/hooks/changes/<row_id:change_id>/again")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def send_again(account: Account, change_id: int) -> Response:
    """Sends the same once more; a secret is the same one. What deletes needs a fresh proof, as the first time."""
    change = _change(account, change_id)
    if change.action == HookAction.DELETE and not is_fresh(current_user):
        return redirect_after_post(url_for("auth.ask_confirm", next=change_href(change)))
    try:
        change = send_once_more(CHANGES, _mover(account), change, deadline=_settings().provider_deadline)
    except NotYet:
        flash(gettext("Not yet: what was sent last may still arrive. Look again in half a minute."), "warning")
    return redirect_after_post(change_href(change))


@blueprint.get("/<account:account>/hooks/changes/<row_id:change_id>/close")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def ask_close(account: Account, change_id: int) -> Response:
    """The question before giving a change up."""
    return _close_page(account, _change(account, change_id), CloseChangeForm(formdata=None))


@blueprint.post("/<account:account>/hooks/changes/<row_id:change_id>/close")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def close_change(account: Account, change_id: int) -> Response:
    """Gives a change up that Postpay has not made."""
    change, form = _change(account, change_id), CloseChangeForm()
    if not form.validate():
        return _close_page(account, change, form, 422)
    try:
        return redirect_after_post(change_href(close(CHANGES, change, NOT_DONE, form.reason.data)))
    except NotYet:
        return _close_page(account, change, form, 409)


@blueprint.post("/<account:account>/hooks/changes/<row_id:change_id>/secret")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in_for("hooks.show_change")
def show_secret(account: Account, change_id: int) -> Response:
    """The secret, to the first who asks and has just proved who they are; no address leads to it a second time."""
    change = _change(account, change_id)
    if not is_fresh(current_user):
        return redirect_after_post(url_for("auth.ask_confirm", next=change_href(change)))
    try:
        secret = take_secret(change, current_user.id, _settings())
    except CannotUnseal:
        flash(gettext("The desk cannot read it any more: its keys were changed. Give the webhook a new one."), "danger")
        return redirect_after_post(change_href(change))
    change = _change(account, change_id)
    if secret is None:
        flash(gettext("There is no secret to show: it was shown before, or never came into force."), "warning")
        return redirect_after_post(change_href(change))
    rotation = db.session.get(Rotation, change.rotation_id) if change.rotation_id else None
    release()
    page = render_template(
        "hooks/shown.html", account=account, change=change, rotation=rotation, secret=secret.get_secret_value()
    )
    return make_response(page)


def _seen(change: HookChange) -> str:
    """What the page of a change says, in short: it is drawn anew only when that differs."""
    return f"{change.state}-{change.checks}-{int(may_repeat(change, now()))}"


def _page(template: str, account: Account, change: HookChange) -> Response:
    may_edit = current_user.can(Permission.HOOKS_EDIT)
    page = render_template(
        template,
        account=account,
        change=change,
        seen=_seen(change),
        may_check=may_edit and change.is_open,
        may_repeat=may_edit and may_repeat(change, now()),
        may_close=may_edit and may_close(change, now()),
        may_show=may_edit and change.can_show_secret,
    )
    return make_response(page)


def _close_page(account: Account, change: HookChange, form: CloseChangeForm, status: int = 200) -> Response:
    values = {"may_close": may_close(change, now()) and status != 409, "unsent": form_to_offer()}
    return make_response(
        render_template("hooks/close.html", account=account, change=change, form=form, **values), status
    )


def _change(account: Account, change_id: int) -> HookChange:
    change = db.session.get(HookChange, change_id, populate_existing=True)
    release()
    if change is None or change.account != account.slug:
        abort(404)
    return change


def _mover(account: Account) -> HookMover:
    return hook_mover(postpay(account), _settings())


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
