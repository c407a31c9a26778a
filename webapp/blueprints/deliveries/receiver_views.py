"""How the account's deliveries are received and told on: for admins to change, for others of the area to see."""

from __future__ import annotations

from flask import Response, abort, current_app, flash, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from pydantic import SecretStr

from ...accounts import Account
from ...address_field import PROBLEMS
from ...database import release
from ...deliveries import search
from ...gateways.errors import GatewayError
from ...hook_address import BadAddress, read_address
from ...htmx import redirect_after_post
from ...models.delivery import Receiver
from ...models.hook_change import ChangeState, HookAction, HookChange
from ...permissions import Permission, requires
from ...provider import provider
from ...sealing import unseal
from ...services import change_receiver as receiving
from ...services.change_hook import as_it_is, change_hook
from ...services.forward_delivery import allows_loopback
from ...services.hook_errors import AlreadyThere, NotChanged
from ...services.open_hook_change import NEW, Wish, version_of
from ...settings import Settings
from ...submit_token import BadToken, ChangeToken, new_change_token, read_change_token
from . import blueprint
from .receiver_forms import AcceptForm, ForwardForm, StopForm


@blueprint.get("/<account:account>/deliveries/receiving")
@requires(Permission.HOOKS_READ)
def show_receiving(account: Account) -> Response:
    """How it stands; the address itself only for those who may change it."""
    return _page(account)


@blueprint.post("/<account:account>/deliveries/receiving")
@requires(Permission.HOOKS_EDIT)
def start_receiving(account: Account) -> Response:
    """Makes an address and a secret of the desk's own."""
    try:
        receiving.start_receiving(account, current_user.id, _settings())
    except receiving.AlreadyReceiving:
        flash(gettext("This account has an address already."), "info")
    return _back(account)


@blueprint.post("/<account:account>/deliveries/receiving/register")
@requires(Permission.HOOKS_EDIT)
def register_receiver(account: Account) -> Response:
    """Makes it a webhook at the provider; what came of it is the change's own page."""
    receiver = _receiver(account)
    secret = unseal(_settings(), receiver.secret_sealed or "")
    try:
        address = read_address(_address(receiver) or "", loopback=allows_loopback(account))
        wish = Wish(HookAction.CREATE, None, address.url, receiving.EVENTS, True, secret=secret)
        change = _change(account, wish, _token(account, HookAction.CREATE, NEW))
    except (BadAddress, NotChanged, BadToken) as error:
        flash(_why_not(error), "warning")
        return _back(account)
    receiving.note_registration(account, receiver.id, change.id)
    return redirect_after_post(url_for("hooks.show_change", account=account, change_id=change.id))


@blueprint.post("/<account:account>/deliveries/receiving/secret")
@requires(Permission.HOOKS_EDIT)
def show_receiver_secret(account: Account) -> Response:
    """For whoever registers the address by hand; written down before it is shown."""
    receiver = _receiver(account)
    secret = unseal(_settings(), receiver.secret_sealed or "").get_secret_value()
    receiving.note_secret_shown(account, receiver)
    page = render_template(
        "deliveries/secret.html", account=account, receiver=receiver, address=_address(receiver), secret=secret
    )
    return make_response(page)


@blueprint.post("/<account:account>/deliveries/receiving/replace")
@requires(Permission.HOOKS_EDIT)
def replace_secret(account: Account) -> Response:
    """A new secret: accepted here first, then handed to the provider where the desk made the webhook."""
    receiver = _receiver(account)
    hook_id = _hook_id(receiver)
    if hook_id is None:
        return _replace_by_hand(account, receiver)
    hook = provider(account).get_hook(hook_id=hook_id)
    try:
        token = _token(account, HookAction.SECRET, hook_id)
        secret = receiving.replace_secret(account, receiver.id, _settings())
    except (receiving.TwoSecrets, BadToken) as error:
        flash(_why_not(error), "warning")
        return _back(account)
    wish = Wish(
        HookAction.SECRET, hook_id, hook.url, hook.events, hook.active, before=as_it_is(hook), secret=secret
    )  # fmt: skip
    try:
        change = _change(account, wish, token)
    except (NotChanged, GatewayError) as error:
        receiving.take_back_secret(account, receiver.id)
        if isinstance(error, GatewayError):
            raise
        flash(_why_not(error), "warning")
        return _back(account)
    if change.state == ChangeState.REFUSED:
        receiving.take_back_secret(account, receiver.id)
    return redirect_after_post(url_for("hooks.show_change", account=account, change_id=change.id))


def _replace_by_hand(account: Account, receiver: Receiver) -> Response:
    try:
        receiving.replace_secret(account, receiver.id, _settings())
        flash(gettext("There is a new secret. Show it, and give it to whoever set up the webhook."), "success")
    except receiving.TwoSecrets as error:
        flash(_why_not(error), "warning")
    return _back(account)


@blueprint.post("/<account:account>/deliveries/receiving/accept")
@requires(Permission.HOOKS_EDIT)
def accept_secret(account: Account) -> Response:
    """A secret that was made elsewhere, as by a replacement without a gap: both are good from now on."""
    form = AcceptForm()
    if not form.validate():
        return _page(account, accept=form, status=422)
    try:
        receiving.replace_secret(account, _receiver(account).id, _settings(), SecretStr(form.secret.data))
        flash(gettext("Both secrets are accepted now."), "success")
    except receiving.TwoSecrets as error:
        flash(_why_not(error), "warning")
    return _back(account)


@blueprint.post("/<account:account>/deliveries/receiving/forget")
@requires(Permission.HOOKS_EDIT)
def forget_secret(account: Account) -> Response:
    """Only the newest secret is good from now on."""
    receiving.forget_old_secret(account, _receiver(account).id)
    flash(gettext("Only the new secret is accepted now."), "success")
    return _back(account)


@blueprint.get("/<account:account>/deliveries/receiving/stop")
@requires(Permission.HOOKS_EDIT)
def ask_stop(account: Account) -> Response:
    """The question, with what it means."""
    return _stop_page(account, StopForm(account.slug, formdata=None))


@blueprint.post("/<account:account>/deliveries/receiving/stop")
@requires(Permission.HOOKS_EDIT)
def stop_receiving(account: Account) -> Response:
    """The address is deaf from now on."""
    form = StopForm(account.slug)
    if not form.validate():
        return _stop_page(account, form, 422)
    receiving.stop_receiving(account, _receiver(account).id)
    flash(gettext("The desk receives nothing any more. Delete the webhook at Postpay too, if there is one."), "success")
    return _back(account)


@blueprint.post("/<account:account>/deliveries/forwarding")
@requires(Permission.HOOKS_EDIT)
def save_forwarding(account: Account) -> Response:
    """Each genuine delivery is told on from now on."""
    form = ForwardForm(has_secret=receiving.forwarding_of(account) is not None)
    if not form.validate() or form.url.address is None:
        return _page(account, forward=form, status=422)
    secret = SecretStr(form.shop_secret.data) if form.shop_secret.data else None
    receiving.save_forwarding(account, form.url.address, secret, current_user.id, _settings())
    flash(gettext("Each genuine delivery is sent on to the shop from now on."), "success")
    return _back(account)


@blueprint.post("/<account:account>/deliveries/forwarding/stop")
@requires(Permission.HOOKS_EDIT)
def stop_forwarding(account: Account) -> Response:
    """Nothing is told on any more."""
    try:
        receiving.stop_forwarding(account)
    except receiving.NotThere:
        abort(404)
    flash(gettext("Nothing is sent on any more."), "success")
    return _back(account)


def _page(
    account: Account, *, accept: AcceptForm | None = None, forward: ForwardForm | None = None, status: int = 200
) -> Response:
    receiver, forwarded = receiving.receiver_of(account), receiving.forwarding_of(account)
    may_edit = current_user.can(Permission.HOOKS_EDIT)
    hook_id = _hook_id(receiver) if receiver else None
    action = HookAction.SECRET if hook_id else HookAction.CREATE
    url = forwarded.url if forwarded else ""
    page = render_template(
        "deliveries/receiving.html",
        account=account,
        receiver=receiver,
        address=_address(receiver) if receiver and may_edit else None,
        problem=_unreachable(account, receiver) if receiver else None,
        change=receiver.hook_change if receiver else None,
        hook_id=hook_id,
        token=_new_token(account, action, hook_id or NEW) if may_edit and receiver else "",
        accept=accept or AcceptForm(formdata=None),
        forward=forward or ForwardForm(has_secret=forwarded is not None, formdata=None, url=url),
        forwarding=forwarded,
        latest=search.latest(account),
        may_edit=may_edit,
        form=accept or forward,
        days=_settings().delivery_days,
    )
    release()
    return make_response(page, status)


def _stop_page(account: Account, form: StopForm, status: int = 200) -> Response:
    receiver = _receiver(account)
    page = render_template(
        "deliveries/stop.html", account=account, form=form, receiver=receiver, hook_id=_hook_id(receiver)
    )
    return make_response(page, status)


def _receiver(account: Account) -> Receiver:
    receiver = receiving.receiver_of(account)
    if receiver is None:
        abort(404)
    return receiver


def _hook_id(receiver: Receiver) -> str | None:
    """The webhook that the desk made for it, once that is known."""
    change = receiver.hook_change
    return change.hook_id if change is not None and change.state == ChangeState.SUCCEEDED else None


def _address(receiver: Receiver) -> str | None:
    token = receiving.token_of(receiver, _settings())
    return url_for("receiver.receive", account=receiver.account, token=token, _external=True) if token else None


def _unreachable(account: Account, receiver: Receiver) -> str | None:
    """Why the provider could not deliver there, if so: this desk may be known inside of a network only."""
    try:
        read_address(_address(receiver) or "", loopback=allows_loopback(account))
    except BadAddress as error:
        return str(PROBLEMS[error.problem])
    return None


def _change(account: Account, wish: Wish, token: ChangeToken) -> HookChange:
    return change_hook(
        wish,
        client=provider(account),
        account=account,
        token=token,
        requester_id=current_user.id,
        settings=_settings(),
    )


def _new_token(account: Account, action: HookAction, object_id: str) -> str:
    version = version_of(account, None if object_id == NEW else object_id)
    return new_change_token(
        action, user_id=current_user.id, account=account.slug, object_id=object_id, version=version
    )  # fmt: skip


def _token(account: Account, action: HookAction, object_id: str) -> ChangeToken:
    given = request.form.get("submit_token", "")
    return read_change_token(given, kind=action, user_id=current_user.id, account=account.slug, object_id=object_id)


def _why_not(error: Exception) -> str:
    """In one sentence; nothing was sent."""
    match error:
        case BadAddress(problem=problem):
            return str(PROBLEMS[problem])
        case AlreadyThere():
            return gettext("There is a webhook at this address already, so nothing was sent.")
        case receiving.TwoSecrets():
            return gettext("Two secrets are accepted already. Have the old one forgotten first.")
    return gettext("Somebody has changed a webhook since you opened the page, so nothing was sent. Press again.")


def _back(account: Account) -> Response:
    return redirect_after_post(url_for("deliveries.show_receiving", account=account))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
