"""The targets that deliveries are forwarded to: for admins to change, for others of the area to see."""

from __future__ import annotations

from flask import Response, abort, current_app, flash, make_response, render_template, url_for
from flask_babel import gettext
from flask_login import current_user
from pydantic import SecretStr

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.models.forward import ForwardTarget
from webapp.presentation.delivery_words import TARGET_EVENTS
from webapp.web.doubled_fields import takes_lists
from webapp.web.guard import fresh_sign_in
from webapp.web.htmx import redirect_after_post
from webapp.webhooks.forwarding import replay, targets

from . import blueprint, forward_page
from .forward_forms import DeleteTargetForm, TargetForm


@blueprint.get("/<account:account>/deliveries/forwarding")
@requires(Permission.HOOKS_READ)
@of("postpay")
def list_targets(account: Account) -> str:
    """All of them with how each does, and the last replays."""
    found = targets.targets_of(account)
    values = {
        "account": account,
        "rows": forward_page.target_rows(account, found),
        "replays": [(one, forward_page.standing(one)) for one in replay.recent(account)],
        "may_edit": current_user.can(Permission.HOOKS_EDIT),
        "is_full": len(found) >= targets.MOST_TARGETS,
        "most": targets.MOST_TARGETS,
    }
    release()
    return render_template("deliveries/forwarding.html", **values)


@blueprint.get("/<account:account>/deliveries/forwarding/<row_id:target_id>")
@requires(Permission.HOOKS_READ)
@of("postpay")
def show_target(account: Account, target_id: int) -> str:
    """One target; its whole address only for those who may change it."""
    target, may_edit = _target(account, target_id), current_user.can(Permission.HOOKS_EDIT)
    return render_template(
        "deliveries/target.html",
        account=account,
        target=target,
        state=forward_page.state_words(target),
        last=forward_page.last_words(target),
        facts=forward_page.target_facts(target, may_edit=may_edit),
        tally=forward_page.tally_facts(targets.tallies([target])[target.id]),
        may_edit=may_edit,
    )


@blueprint.get("/<account:account>/deliveries/forwarding/new")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def ask_target(account: Account) -> Response:
    """The form for a new target, sent everything unless somebody takes that away."""
    return _form(account, TargetForm(has_secret=False, formdata=None, events=list(TARGET_EVENTS)))


@blueprint.post("/<account:account>/deliveries/forwarding/new")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@takes_lists("events")
@fresh_sign_in
def add_target(account: Account) -> Response:
    """Each genuine delivery of its events is forwarded to it from now on."""
    form = TargetForm(has_secret=False)
    if not form.validate():
        return _form(account, form, status=422)
    try:
        target = targets.add_target(account, _wish(form), current_user.id, current_app.extensions["settings"])
    except targets.NameTaken:
        return _name_taken(account, form)
    except targets.TooManyTargets:
        flash(gettext("There are %(most)s targets already. Delete one first.", most=targets.MOST_TARGETS), "warning")
        return _to_list(account)
    flash(
        gettext("Each genuine delivery that it is to be sent goes to %(name)s from now on.", name=target.name),
        "success",
    )
    return _to(account, target.id)


@blueprint.get("/<account:account>/deliveries/forwarding/<row_id:target_id>/edit")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def ask_change_target(account: Account, target_id: int) -> Response:
    """The form with what the target is now, but for its secret."""
    target = _target(account, target_id)
    form = TargetForm(
        has_secret=True, formdata=None, name=target.name, url=target.url, events=list(target.event_list)
    )  # fmt: skip
    return _form(account, form, target=target)


@blueprint.post("/<account:account>/deliveries/forwarding/<row_id:target_id>/edit")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@takes_lists("events")
@fresh_sign_in
def change_target(account: Account, target_id: int) -> Response:
    """What waits for it goes to the new address too."""
    target, form = _target(account, target_id), TargetForm(has_secret=True)
    if not form.validate():
        return _form(account, form, target=target, status=422)
    try:
        targets.change_target(account, target_id, _wish(form), current_user.id, current_app.extensions["settings"])
    except targets.NameTaken:
        return _name_taken(account, form, target)
    except targets.NoSuchTarget:
        abort(404)
    flash(gettext("Saved."), "success")
    return _to(account, target_id)


@blueprint.post("/<account:account>/deliveries/forwarding/<row_id:target_id>/pause")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def pause_target(account: Account, target_id: int) -> Response:
    """Nothing more is sent to it."""
    target = _target(account, target_id)
    targets.pause_target(account, target.id, current_user.id)
    flash(
        gettext("Nothing more is sent to %(name)s. What comes meanwhile can be replayed.", name=target.name), "success"
    )
    return _to(account, target_id)


@blueprint.post("/<account:account>/deliveries/forwarding/<row_id:target_id>/resume")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def resume_target(account: Account, target_id: int) -> Response:
    """It is sent what comes from now on."""
    target = _target(account, target_id)
    targets.resume_target(account, target.id, current_user.id)
    flash(gettext("%(name)s is sent what comes from now on.", name=target.name), "success")
    return _to(account, target_id)


@blueprint.get("/<account:account>/deliveries/forwarding/<row_id:target_id>/delete")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def ask_delete_target(account: Account, target_id: int) -> Response:
    """The question, with what it means."""
    target = _target(account, target_id)
    return _question(account, target, DeleteTargetForm(target.name, formdata=None))


@blueprint.post("/<account:account>/deliveries/forwarding/<row_id:target_id>/delete")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def delete_target(account: Account, target_id: int) -> Response:
    """Its address and its secret are forgotten."""
    target = _target(account, target_id)
    form = DeleteTargetForm(target.name)
    if not form.validate():
        return _question(account, target, form, 422)
    targets.delete_target(account, target.id, current_user.id)
    flash(gettext("%(name)s is deleted.", name=form.expected), "success")
    return _to_list(account)


def _target(account: Account, target_id: int) -> ForwardTarget:
    try:
        return targets.target_of(account, target_id)
    except targets.NoSuchTarget:
        abort(404)


def _wish(form: TargetForm) -> targets.Wish:
    if form.url.address is None:
        raise ValueError("the form was not validated")
    secret = SecretStr(form.target_secret.data) if form.target_secret.data else None
    return targets.Wish(form.name.data, form.url.address, tuple(form.events.data), secret)


def _name_taken(account: Account, form: TargetForm, target: ForwardTarget | None = None) -> Response:
    form.name.errors = [gettext("Another target has this name.")]
    return _form(account, form, target=target, status=422)


def _form(account: Account, form: TargetForm, *, target: ForwardTarget | None = None, status: int = 200) -> Response:
    page = render_template("deliveries/target_form.html", account=account, form=form, target=target)
    return make_response(page, status)


def _question(account: Account, target: ForwardTarget, form: DeleteTargetForm, status: int = 200) -> Response:
    waiting = targets.tallies([target])[target.id].waiting
    page = render_template(
        "deliveries/target_delete.html", account=account, target=target, form=form, waiting=waiting
    )  # fmt: skip
    return make_response(page, status)


def _to(account: Account, target_id: int) -> Response:
    return redirect_after_post(url_for("deliveries.show_target", account=account, target_id=target_id))


def _to_list(account: Account) -> Response:
    return redirect_after_post(url_for("deliveries.list_targets", account=account))
