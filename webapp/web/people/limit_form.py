"""What somebody may refund, where an admin sets lower limits than the role has."""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from webapp.access.person_limits import limits_set
from webapp.access.roles import EVERY_ACCOUNT
from webapp.core.accounts import Account
from webapp.models.person_limit import LIMITS, PersonLimit
from webapp.money import Money, NotAnAmount, parse_money
from webapp.presentation.amount_words import amount_words
from webapp.presentation.formatting import money
from webapp.web.forms import BaseForm

MOST_PER_HOUR = 10_000
_SAID = {
    "single": _l("%(amount)s for one refund"),
    "day": _l("%(amount)s a day"),
    "per_order": _l("%(amount)s of one order in 24 hours"),
    "approval": _l("%(amount)s of one order without approval"),
    "per_hour": _l("%(amount)s refunds in an hour"),
}


class OwnLimit(StringField):  # type: ignore[misc]
    """An amount of the form's currency in minor units; None, for as the role has it, where it is empty."""

    def pre_validate(self, form: BaseForm) -> None:
        typed = (self.data or "").strip()
        self.minor: int | None = None
        try:
            self.minor = parse_money(typed, form.currency).minor if typed else None
        except NotAnAmount as error:
            raise ValidationError(amount_words(error.problem, form.currency, error.mark)) from error


class LimitsForm(BaseForm):
    """Limits of one person in one currency, on one account or on all."""

    limit_account = SelectField(_l("On which accounts"))
    limit_currency = SelectField(_l("Currency"))
    single = OwnLimit(_l("For one refund"))
    day = OwnLimit(_l("A day"))
    per_order = OwnLimit(_l("Of one order in 24 hours"))
    approval = OwnLimit(_l("Of one order without approval"))
    per_hour = StringField(_l("Refunds in an hour"))

    def __init__(self, accounts: dict[str, Account], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        every = SelectChoice(EVERY_ACCOUNT, gettext("All accounts"))
        self.limit_account.choices = [every, *(SelectChoice(slug, one.title) for slug, one in accounts.items())]
        by_role = current_app.extensions["settings"].refund_limits
        known = dict.fromkeys(code for by_currency in by_role.values() for code in by_currency)
        self.limit_currency.choices = [SelectChoice(code, code) for code in known]
        self.currency = self.limit_currency.data if self.limit_currency.data in known else next(iter(known), "AED")

    def validate_per_hour(self, field: Field) -> None:
        typed = (field.data or "").strip()
        is_number = typed.isascii() and typed.isdigit() and len(typed) <= 5 and 0 < int(typed) <= MOST_PER_HOUR
        if typed and not is_number:
            raise ValidationError(gettext("Enter a whole number from 1 to %(most)s.", most=MOST_PER_HOUR))

    @property
    def wanted(self) -> dict[str, int | None]:
        """The limits, once the form is valid."""
        typed = (self.per_hour.data or "").strip()
        amounts = {name: self[name].minor for name in LIMITS if name != "per_hour"}
        return {**amounts, "per_hour": int(typed) if typed else None}


def limits_form(person_id: int, accounts: dict[str, Account]) -> LimitsForm:
    """The form of a person: empty, or with what is set for the account and the currency that the address names."""
    account, currency = request.args.get("limit_account"), request.args.get("limit_currency")
    row = next((one for one in limits_set(person_id) if (one.account, one.currency) == (account, currency)), None)
    return LimitsForm(accounts, formdata=None, data=_typed(row) if row else None)


def limit_rows(person_id: int, accounts: dict[str, Account]) -> list[tuple[str, str, str]]:
    """What is set for somebody: where, what, and where it can be changed."""
    rows = []
    for one in limits_set(person_id):
        title = accounts[one.account].title if one.account in accounts else one.account
        title = gettext("All accounts") if one.account == EVERY_ACCOUNT else title
        where = gettext("%(account)s, %(currency)s", account=title, currency=one.currency)
        values = {"limit_account": one.account, "limit_currency": one.currency, "_anchor": "limits"}
        rows.append((where, _said(one), url_for("people.show_person", person_id=person_id, **values)))  # type: ignore[arg-type]
    return rows


def _said(row: PersonLimit) -> str:
    values = {name: getattr(row, name) for name in LIMITS if getattr(row, name) is not None}
    told = {
        name: str(value) if name == "per_hour" else money(Money(value, row.currency)) for name, value in values.items()
    }
    return "; ".join(str(_SAID[name]) % {"amount": words} for name, words in told.items())


def _typed(row: PersonLimit) -> dict[str, str]:
    given = {name: getattr(row, name) for name in LIMITS}
    shown = {
        name: "" if value is None else str(value) if name == "per_hour" else Money(value, row.currency).plain
        for name, value in given.items()
    }
    return {"limit_account": row.account, "limit_currency": row.currency, **shown}
