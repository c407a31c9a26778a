"""What finance types about a payout at the bank: the amount, and what becomes of a difference."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from webapp.core.accounts import Account
from webapp.models.bank_receipt import BankReceipt
from webapp.money import Money, read_typed_amount
from webapp.settlement.ledger.bank_receipts import people_who_may_own
from webapp.web.forms import AmountField, BaseForm

LONGEST_NOTE = 500


class BankAmountField(AmountField):
    """What a bank's statement says, pasted or typed. Negative where the bank took money: more refunds than sales."""

    def read(self, text: str, currency: str) -> Money:
        return read_typed_amount(text, currency, signed=True)


class _OnVersion(BaseForm):
    """A form that says on which state of the receipt it was filled in."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """0 where nothing was entered yet; what is no number matches none."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


class BankForm(_OnVersion):
    """What the bank received."""

    received = BankAmountField(lazy_gettext("Amount that the bank received"))

    def __init__(self, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(**kwargs)


class ExplainForm(_OnVersion):
    """Which whole lines make up the difference; each offer is a button."""

    lines = HiddenField()

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple((self.lines.data or "").split(","))


class ExceptionForm(_OnVersion):
    """Who looks after a difference, and what is known of it. The button pressed says what becomes of it."""

    act = HiddenField()
    owner = SelectField(lazy_gettext("Owner"), coerce=int)
    note = TextAreaField(
        lazy_gettext("Note"),
        filters=[lambda text: (text or "").replace("\0", "\ufffd")],  # PostgreSQL takes no NUL
        validators=[Length(max=LONGEST_NOTE, message=lazy_gettext("At most 500 characters."))],
    )

    def __init__(self, account: Account, receipt: BankReceipt | None, **kwargs: Any) -> None:
        super().__init__(owner=receipt.owner_id if receipt else None, note=receipt.note if receipt else None, **kwargs)
        self.owner.choices = [SelectChoice(person.id, person.name) for person in people_who_may_own(account)]

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if self.act.data == "close" and not (self.note.data or "").strip():
            self.note.errors = [gettext("Say what became of the difference; the audit log keeps it.")]
            return False
        return valid
