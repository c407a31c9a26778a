"""One payout, and what finance says about it: the bank's amount, the reason of a difference, the exception."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort, flash, make_response, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from markupsafe import escape

from webapp import audit
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.models.bank_receipt import BankReceipt, ReceiptState
from webapp.money import Money, is_known_currency
from webapp.presentation.formatting import money
from webapp.settlement.ledger import bank_receipts
from webapp.settlement.ledger.bank_receipts import ReceiptRefused, SeenReceipt, StaleReceipt, receipt_of
from webapp.settlement.ledger.changes import MOST_SHOWN, mark_seen
from webapp.settlement.ledger.payouts import Payout
from webapp.web.doubled_fields import takes_lists
from webapp.web.htmx import redirect_after_post, wants_fragment
from webapp.web.safe_redirect import own_address

from . import blueprint
from .forms import BankForm, ExceptionForm, ExplainForm
from .page import find_payout, is_sure, payout_page


@blueprint.get("/<account:account>/payouts/<provider_id:currency>/<payout>")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def show_payout(account: Account, currency: str, payout: str) -> Response:
    """From the ledger; the provider is not asked. That somebody sees totals is on record."""
    found = find_payout(account, currency, payout)
    facts = {"page": "payout", "currency": currency, "paid": payout}
    audit.record_look(audit.Action.SETTLEMENTS_VIEWED, account=account.slug, facts=facts)
    return payout_page(account, found)


@blueprint.post("/<account:account>/payouts/<provider_id:currency>/<payout>/bank")
@requires(Permission.SETTLEMENTS_RESOLVE)
@of("postpay")
def enter_bank_amount(account: Account, currency: str, payout: str) -> Response:
    """Compares what the bank received with the net, and keeps it."""
    found = _known(find_payout(account, currency, payout))
    form = BankForm(currency)
    if not form.validate_on_submit() or form.received.data is None:
        return payout_page(account, found, 422, bank_form=form)
    if not is_sure(account, found):
        return payout_page(account, found, 409, bank_form=form, problem=_unsure_words())
    received = form.received.data
    seen = SeenReceipt(account, found, form.seen_version)
    try:
        receipt = bank_receipts.enter_amount(seen, received, current_user.id)
    except StaleReceipt:
        return payout_page(account, found, 409, bank_form=form, problem=_stale_words())
    except ReceiptRefused:
        return payout_page(account, found, 409, bank_form=form, problem=_refused_words())
    words, tone = _entered_words(receipt)
    flash(f"{words} {_read_words(form)}".strip(), tone)
    return _back(account, found)


@blueprint.get("/<account:account>/payouts/<provider_id:currency>/<payout>/bank/read-as")
@requires(Permission.SETTLEMENTS_RESOLVE)
@of("postpay")
def show_read_amount(account: Account, currency: str, payout: str) -> Response:
    """How the amount in the field would be read, or why it would not; while it is typed, and nothing is kept."""
    if not wants_fragment():
        return show_payout_after_form(account, currency, payout)
    if not is_known_currency(currency):
        abort(404)
    form = BankForm(currency, formdata=request.args, meta={"csrf": False})
    if not (request.args.get("received") or "").strip():
        return make_response("")
    form.validate()
    return make_response(escape(_read_words(form) or " ".join(form.received.errors)))


@blueprint.post("/<account:account>/payouts/<provider_id:currency>/<payout>/explanation")
@requires(Permission.SETTLEMENTS_RESOLVE)
@of("postpay")
def explain_difference(account: Account, currency: str, payout: str) -> Response:
    """Accepts one of the explanations that the page has offered."""
    found = _known(find_payout(account, currency, payout))
    form = ExplainForm()
    if not form.validate_on_submit():
        abort(400)
    if not is_sure(account, found):
        return payout_page(account, found, 409, problem=_unsure_words())
    return _change(
        account, found, lambda: bank_receipts.explain(SeenReceipt(account, found, form.seen_version), form.chosen)
    )


@blueprint.post("/<account:account>/payouts/<provider_id:currency>/<payout>/exception")
@requires(Permission.SETTLEMENTS_RESOLVE)
@of("postpay")
def settle_exception(account: Account, currency: str, payout: str) -> Response:
    """Gives the difference to somebody, closes it with a note, or opens it again."""
    found = _known(find_payout(account, currency, payout))
    form = ExceptionForm(account, receipt_of(account, found))
    settle = _ACTS.get(form.act.data or "")
    if settle is None:
        abort(400)
    if not form.validate_on_submit():
        return payout_page(account, found, 422, exception_form=form)
    seen, note = SeenReceipt(account, found, form.seen_version), (form.note.data or "").strip()
    return _change(account, found, lambda: settle(seen, form.owner.data, note), form)


@blueprint.post("/<account:account>/payouts/changes-seen")
@requires(Permission.SETTLEMENTS_RESOLVE)
@of("postpay")
@takes_lists("change")
def mark_changes_seen(account: Account) -> Response:
    """Somebody has looked at what the provider changed; each is one entry in the audit log."""
    ids = [int(text) for text in request.form.getlist("change") if text.isascii() and text.isdigit() and len(text) < 19]
    seen = mark_seen(account, ids[:MOST_SHOWN], current_user.id)
    flash(ngettext("%(num)s change marked as seen.", "%(num)s changes marked as seen.", seen), "success")
    back = url_for("checks.list_to_look_at", account=account)
    return redirect_after_post(own_address(request.form.get("next")) or back)


@blueprint.get("/<account:account>/payouts/<provider_id:currency>/<payout>/bank")
@blueprint.get("/<account:account>/payouts/<provider_id:currency>/<payout>/explanation")
@blueprint.get("/<account:account>/payouts/<provider_id:currency>/<payout>/exception")
@requires(Permission.SETTLEMENTS_READ)
@of("postpay")
def show_payout_after_form(account: Account, currency: str, payout: str) -> Response:
    """The address of a form that was refused, reloaded: the payout as it is."""
    return redirect_after_post(url_for(".show_payout", account=account, currency=currency, payout=payout))


_ACTS: dict[str, Callable[[SeenReceipt, int, str], BankReceipt]] = {
    "save": bank_receipts.change_exception,
    "close": bank_receipts.close_exception,
    "reopen": bank_receipts.reopen_exception,
}


def _change(
    account: Account, found: Payout, change: Callable[[], BankReceipt], form: ExceptionForm | None = None
) -> Response:
    try:
        change()
    except StaleReceipt:
        return payout_page(account, found, 409, exception_form=form, problem=_stale_words())
    except ReceiptRefused:
        return payout_page(account, found, 409, exception_form=form, problem=_refused_words())
    flash(gettext("Saved."), "success")
    return _back(account, found)


def _known(found: Payout) -> Payout:
    """Only of currencies whose smallest unit is known can an amount be compared."""
    if not is_known_currency(found.currency):
        abort(404)
    return found


def _refused_words() -> str:
    return gettext("This is not possible now. Nothing was changed.")


def _unsure_words() -> str:
    return gettext(
        "What the payout comes to is not certain now, so nothing was compared. What you typed is still here; the page"
        " says what has to be done first."
    )


def _stale_words() -> str:
    return gettext(
        "This has changed since you opened the page, by somebody else or at Postpay. Nothing was saved; what you typed"
        " is still here. Check the current state, then send it again."
    )


def _entered_words(receipt: BankReceipt) -> tuple[str, str]:
    if receipt.state == ReceiptState.EQUAL:
        return gettext("The bank received exactly the net of the payout."), "success"
    size = money(Money(abs(receipt.difference.minor), receipt.currency))
    if receipt.difference.minor < 0:
        return gettext("The bank received %(amount)s less than the net.", amount=size), "warning"
    return gettext("The bank received %(amount)s more than the net.", amount=size), "warning"


def _read_words(form: BankForm) -> str:
    """How the amount was read, where that cannot be seen from how it was typed."""
    read = form.received.read_as
    return gettext("It was read as %(amount)s.", amount=money(read)) if read else ""


def _back(account: Account, found: Payout) -> Response:
    address = url_for(".show_payout", account=account, currency=found.currency, payout=found.name)
    return redirect_after_post(f"{address}#bank-title")
