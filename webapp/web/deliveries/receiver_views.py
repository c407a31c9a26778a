"""How the account's deliveries are received: for admins to change, for others of the area to see."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, url_for
from flask_babel import gettext
from flask_login import current_user
from pydantic import SecretStr

from webapp.access.form_tokens import BadToken
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.sealing import CannotUnseal, unseal
from webapp.models.delivery import Receiver
from webapp.models.hook_change import ChangeState, HookAction
from webapp.providers.http.errors import GatewayError, NotFound
from webapp.providers.registry import postpay
from webapp.web.guard import fresh_sign_in, fresh_sign_in_for
from webapp.web.htmx import redirect_after_post
from webapp.webhooks.address import BadAddress, read_address
from webapp.webhooks.deliveries.judge_again import judge_again
from webapp.webhooks.endpoints.change import as_it_is
from webapp.webhooks.endpoints.errors import NotChanged
from webapp.webhooks.endpoints.write import NEW, Wish
from webapp.webhooks.receiver import settings as receiving

from . import blueprint
from .receiver_forms import AcceptForm, StopForm
from .receiver_page import (
    address_of,
    address_or_none,
    back,
    hook_id_of,
    judged_words,
    receiver_or_404,
    receiving_page,
    send_change,
    settings,
    stop_page,
    token_given,
    why_not,
)


@blueprint.get("/<account:account>/deliveries/receiving")
@requires(Permission.HOOKS_READ)
@of("postpay")
def show_receiving(account: Account) -> Response:
    """How it stands; the address itself only for those who may change it."""
    return receiving_page(account)


@blueprint.post("/<account:account>/deliveries/receiving")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def start_receiving(account: Account) -> Response:
    """Makes an address and a secret of the desk's own."""
    try:
        receiving.start_receiving(account, current_user.id, settings())
    except receiving.AlreadyReceiving:
        flash(gettext("This account has an address already."), "info")
    return back(account)


@blueprint.post("/<account:account>/deliveries/receiving/register")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in_for("deliveries.show_receiving")
def register_receiver(account: Account) -> Response:
    """Makes it a webhook at the provider; what came of it is the change's own page."""
    receiver = receiver_or_404(account)
    try:
        secret = unseal(settings(), receiver.secret_sealed or "")
        address = read_address(address_of(receiver) or "", loopback=account.is_embedded)
        wish = Wish(HookAction.CREATE, None, address.url, receiving.EVENTS, True, secret=secret)
        change = send_change(account, wish, token_given(account, HookAction.CREATE, NEW))
    except (BadAddress, CannotUnseal, NotChanged, BadToken) as error:
        flash(why_not(error), "warning")
        return back(account)
    receiving.note_registration(account, receiver.id, change.id)
    return redirect_after_post(url_for("hooks.show_change", account=account, change_id=change.id))


@blueprint.post("/<account:account>/deliveries/receiving/secret")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in_for("deliveries.show_receiving")
def show_receiver_secret(account: Account) -> Response:
    """For whoever registers the address by hand; written down before it is shown."""
    receiver = receiver_or_404(account)
    try:
        secret = unseal(settings(), receiver.secret_sealed or "").get_secret_value()
    except CannotUnseal as error:
        flash(why_not(error), "warning")
        return back(account)
    receiving.note_secret_shown(account, receiver)
    page = render_template(
        "deliveries/secret.html", account=account, receiver=receiver, address=address_or_none(receiver), secret=secret
    )
    return make_response(page)


@blueprint.post("/<account:account>/deliveries/receiving/replace")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in_for("deliveries.show_receiving")
def replace_secret(account: Account) -> Response:
    """A new secret: accepted here first, then handed to the provider where the desk made the webhook."""
    receiver = receiver_or_404(account)
    hook_id = hook_id_of(receiver)
    if hook_id is None:
        return _replace_by_hand(account, receiver)
    try:
        hook = postpay(account).get_hook(hook_id=hook_id)
    except NotFound:
        return _replace_by_hand(account, receiver)
    try:
        token = token_given(account, HookAction.SECRET, hook_id)
        secret = receiving.replace_secret(account, receiver.id, settings())
    except (receiving.TwoSecrets, BadToken) as error:
        flash(why_not(error), "warning")
        return back(account)
    wish = Wish(
        HookAction.SECRET, hook_id, hook.url, hook.events, hook.active, before=as_it_is(hook), secret=secret
    )  # fmt: skip
    try:
        change = send_change(account, wish, token)
    except (NotChanged, GatewayError) as error:
        receiving.take_back_secret(account, receiver.id)
        if isinstance(error, GatewayError):
            raise
        flash(why_not(error), "warning")
        return back(account)
    if change.state == ChangeState.REFUSED:
        receiving.take_back_secret(account, receiver.id)
    return redirect_after_post(url_for("hooks.show_change", account=account, change_id=change.id))


def _replace_by_hand(account: Account, receiver: Receiver) -> Response:
    try:
        receiving.replace_secret(account, receiver.id, settings())
        flash(gettext("There is a new secret. Show it, and give it to whoever set up the webhook."), "success")
    except receiving.TwoSecrets as error:
        flash(why_not(error), "warning")
    return back(account)


@blueprint.post("/<account:account>/deliveries/receiving/accept")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in_for("deliveries.show_receiving")
def accept_secret(account: Account) -> Response:
    """A secret that was made elsewhere, as by a replacement without a gap: both are good from now on."""
    form = AcceptForm()
    if not form.validate():
        return receiving_page(account, accept=form, status=422)
    try:
        receiving.replace_secret(account, receiver_or_404(account).id, settings(), SecretStr(form.secret.data))
        flash(gettext("Both secrets are accepted now."), "success")
    except receiving.TwoSecrets as error:
        flash(why_not(error), "warning")
    return back(account)


@blueprint.post("/<account:account>/deliveries/receiving/forget")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in_for("deliveries.show_receiving")
def forget_secret(account: Account) -> Response:
    """Only the newest secret is good from now on."""
    receiving.forget_old_secret(account, receiver_or_404(account).id)
    flash(gettext("Only the new secret is accepted now."), "success")
    return back(account)


@blueprint.post("/<account:account>/deliveries/receiving/judge-again")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in_for("deliveries.show_receiving")
def judge_refused_again(account: Account) -> Response:
    """What was refused and kept, by the secrets that are accepted now."""
    try:
        judged = judge_again(account, receiver_or_404(account), settings())
    except CannotUnseal as error:
        flash(why_not(error), "warning")
        return back(account)
    flash(judged_words(judged), "success" if judged.genuine else "info")
    return back(account)


@blueprint.get("/<account:account>/deliveries/receiving/stop")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def ask_stop(account: Account) -> Response:
    """The question, with what it means."""
    return stop_page(account, StopForm(account.slug, formdata=None))


@blueprint.post("/<account:account>/deliveries/receiving/stop")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
@fresh_sign_in
def stop_receiving(account: Account) -> Response:
    """The address is deaf from now on."""
    form = StopForm(account.slug)
    if not form.validate():
        return stop_page(account, form, 422)
    receiving.stop_receiving(account, receiver_or_404(account).id)
    flash(gettext("The desk receives nothing any more. Delete the webhook at Postpay too, if there is one."), "success")
    return back(account)
