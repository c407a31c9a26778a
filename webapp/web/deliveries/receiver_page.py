"""The page of receiving as values, and what its acts share: the receiver, its address, the token, why not."""

from __future__ import annotations

from flask import Response, abort, current_app, make_response, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy import select

from webapp.access.form_tokens import ChangeToken, new_change_token, read_change_token
from webapp.access.permissions import Permission
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.sealing import CannotUnseal, unseal
from webapp.core.settings import Settings
from webapp.models.delivery import Receiver
from webapp.models.hook_change import ChangeState, HookAction, HookChange
from webapp.providers.registry import postpay
from webapp.web.address_field import PROBLEMS
from webapp.web.htmx import redirect_after_post
from webapp.webhooks.address import BadAddress, read_address
from webapp.webhooks.deliveries import search
from webapp.webhooks.deliveries.judge_again import Judged, kept_refused
from webapp.webhooks.endpoints.change import change_hook
from webapp.webhooks.endpoints.changes import version_of
from webapp.webhooks.endpoints.errors import AlreadyThere
from webapp.webhooks.endpoints.write import NEW, Wish
from webapp.webhooks.receiver import settings as receiving

from .receiver_forms import AcceptForm, StopForm


def receiving_page(account: Account, *, accept: AcceptForm | None = None, status: int = 200) -> Response:
    receiver = receiving.receiver_of(account)
    may_edit = current_user.can(Permission.HOOKS_EDIT)
    hook_id = hook_id_of(receiver) if receiver else None
    action = HookAction.SECRET if hook_id else HookAction.CREATE
    address, is_lost = address_or_none(receiver), _lost_secrets(receiver)
    page = render_template(
        "deliveries/receiving.html",
        account=account,
        receiver=receiver,
        address=address if may_edit else None,
        lost_address=receiver is not None and address is None,
        lost_secret=is_lost,
        problem=_unreachable(account, address) if address else None,
        change=receiver.hook_change if receiver else None,
        hook_id=hook_id,
        token=new_token(account, action, hook_id or NEW) if may_edit and receiver else "",
        accept=accept or AcceptForm(formdata=None),
        latest=search.latest(account),
        refused=kept_refused(receiver) if may_edit and receiver else 0,
        may_edit=may_edit,
        form=accept,
        days=settings().delivery_days,
    )
    release()
    return make_response(page, status)


def stop_page(account: Account, form: StopForm, status: int = 200) -> Response:
    receiver = receiver_or_404(account)
    page = render_template(
        "deliveries/stop.html", account=account, form=form, receiver=receiver, hook_id=hook_id_of(receiver)
    )
    return make_response(page, status)


def receiver_or_404(account: Account) -> Receiver:
    receiver = receiving.receiver_of(account)
    if receiver is None:
        abort(404)
    return receiver


def hook_id_of(receiver: Receiver) -> str | None:
    """The webhook at its address, once that is known: the newest that the desk made there and has not deleted."""
    change = receiver.hook_change
    if change is None or change.state != ChangeState.SUCCEEDED:
        return None
    done = (HookChange.account == receiver.account, HookChange.state == ChangeState.SUCCEEDED)
    deleted = select(HookChange.hook_id).where(*done, HookChange.action == HookAction.DELETE)
    made = select(HookChange.hook_id).where(
        *done,
        HookChange.action == HookAction.CREATE,
        HookChange.url == change.url,
        HookChange.hook_id.not_in(deleted),
    )
    return db.session.scalar(made.order_by(HookChange.id.desc()).limit(1))


def address_or_none(receiver: Receiver | None) -> str | None:
    """The address; None where there is none, or the key that sealed it is gone."""
    try:
        return address_of(receiver) if receiver else None
    except CannotUnseal:
        return None


def _lost_secrets(receiver: Receiver | None) -> str:
    """How many secrets that check deliveries were sealed with a key that is gone: "all", "one", or "" for none."""
    kept = [sealed for sealed in (receiver.secret_sealed, receiver.other_sealed) if sealed] if receiver else []
    lost = [sealed for sealed in kept if not _is_readable(sealed)]
    if not lost:
        return ""
    return "all" if len(lost) == len(kept) else "one"


def _is_readable(sealed: str) -> bool:
    try:
        unseal(settings(), sealed)
    except CannotUnseal:
        return False
    return True


def address_of(receiver: Receiver) -> str | None:
    """As the provider calls it. Raises CannotUnseal."""
    token = receiving.token_of(receiver, settings())
    return url_for("receiver.receive", account=receiver.account, token=token, _external=True) if token else None


def _unreachable(account: Account, address: str) -> str | None:
    """Why the provider could not deliver there, if so: this desk may be known inside of a network only."""
    try:
        read_address(address, loopback=account.is_embedded)
    except BadAddress as error:
        return str(PROBLEMS[error.problem])
    return None


def send_change(account: Account, wish: Wish, token: ChangeToken) -> HookChange:
    return change_hook(
        wish,
        client=postpay(account),
        account=account,
        token=token,
        requester_id=current_user.id,
        settings=settings(),
    )


def new_token(account: Account, action: HookAction, object_id: str) -> str:
    version = version_of(account, None if object_id == NEW else object_id)
    return new_change_token(
        action, user_id=current_user.id, account=account.slug, object_id=object_id, version=version
    )  # fmt: skip


def token_given(account: Account, action: HookAction, object_id: str) -> ChangeToken:
    given = request.form.get("submit_token", "")
    return read_change_token(given, kind=action, user_id=current_user.id, account=account.slug, object_id=object_id)


def why_not(error: Exception) -> str:
    """In one sentence; nothing was sent."""
    match error:
        case BadAddress(problem=problem):
            return str(PROBLEMS[problem])
        case AlreadyThere():
            return gettext("There is a webhook at this address already, so nothing was sent.")
        case receiving.TwoSecrets():
            return gettext("Two secrets are accepted already. Have the old one forgotten first.")
        case CannotUnseal():
            return gettext("The desk cannot read it any more: its SEAL_KEY was changed. Nothing was done.")
    return gettext("Somebody has changed a webhook since you opened the page, so nothing was sent. Press again.")


def judged_words(judged: Judged) -> str:
    """What came of judging refused deliveries again."""
    if not judged.looked_at:
        return gettext("There is no refused delivery to judge.")
    if not judged.genuine:
        return gettext("None of the refused deliveries is genuine by a secret that is accepted now.")
    if judged.genuine == judged.looked_at:
        return ngettext(
            "It is genuine, and is processed as if it had just come.",
            "All %(num)s are genuine, and are processed as if they had just come.",
            judged.genuine,
        )
    words = gettext("%(genuine)s of %(count)s are genuine, and are processed as if they had just come.")
    return words % {"genuine": f"{judged.genuine:,}", "count": f"{judged.looked_at:,}"}


def back(account: Account) -> Response:
    return redirect_after_post(url_for("deliveries.show_receiving", account=account))


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
