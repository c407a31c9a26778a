"""What admins type about forwarding: a target, its name to delete it, and what is to be replayed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import g
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.calendar import FIRST_YEAR, LAST_YEAR
from webapp.models.forward import LONGEST_TARGET_NAME, ForwardTarget
from webapp.presentation.delivery_words import TARGET_EVENTS
from webapp.web.address_field import AddressField
from webapp.web.forms import BaseForm
from webapp.webhooks.forwarding.replay import ALL, MISSING, Choice

from .receiver_forms import SecretField, check_secret


class TargetForm(BaseForm):
    """Where a target takes deliveries; an empty secret keeps the one that is there."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Give it a name.")), Length(max=LONGEST_TARGET_NAME)],
        filters=[lambda text: (text or "").strip()],
    )
    url = AddressField(_l("Address"), beyond_the_desk=True)
    events = SelectMultipleField(
        _l("What it is sent"),
        choices=[SelectChoice(event, words) for event, words in TARGET_EVENTS.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    target_secret = SecretField(_l("Secret"))

    def __init__(self, *, has_secret: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.has_secret = has_secret

    def validate_events(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(gettext("Choose at least one."))

    def validate_target_secret(self, field: SecretField) -> None:
        if not field.data and self.has_secret:
            return
        check_secret(field.data or "")


class DeleteTargetForm(BaseForm):
    """The target's name once more, by hand."""

    name = StringField(_l("Type the name to confirm"))

    def __init__(self, expected: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.expected = expected

    def validate_name(self, field: StringField) -> None:
        if (field.data or "").strip().casefold() != self.expected.casefold():
            raise ValidationError(gettext("This is not %(name)s.", name=self.expected))


class MomentField(StringField):  # type: ignore[misc]
    """A minute in the account's zone: `moment` once validated, None where the field is empty."""

    moment: datetime | None = None

    def pre_validate(self, form: BaseForm) -> None:
        text = (self.data or "").strip()
        if not text:
            return
        try:
            typed = datetime.fromisoformat(text) if text.isascii() else None
        except ValueError:
            typed = None
        if typed is None or typed.tzinfo is not None or not FIRST_YEAR <= typed.year < LAST_YEAR:
            raise ValidationError(gettext("Write a day and a time, like 2026-11-20 14:30."))
        self.moment = typed.replace(tzinfo=g.account.zone)


class ReplayForm(BaseForm):
    """What to replay, in the address: it only asks. Without a target nothing was asked yet."""

    target = SelectField(_l("Send to"), validate_choice=False)
    since = MomentField(_l("Received from"))
    until = MomentField(_l("Received before"))
    event = SelectField(
        _l("Tells of"),
        choices=[SelectChoice("", _l("Anything")), *(SelectChoice(*one) for one in TARGET_EVENTS.items())],
        default="",
        validate_choice=False,
    )
    about = StringField(_l("Order, transaction or refund ID"), [Length(max=255)])
    scope = RadioField(
        _l("Which of them"),
        choices=[
            SelectChoice(MISSING, _l("Those that the target has not taken")),
            SelectChoice(ALL, _l("All, also those that it has taken")),
        ],
        default=MISSING,
        validate_choice=False,
    )
    older = BooleanField(_l("Also send older states of an order or transaction"))

    class Meta(BaseForm.Meta):
        csrf = False

    def __init__(self, targets: Sequence[ForwardTarget], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.targets = {str(one.id): one for one in targets}
        self.target.choices = [SelectChoice(number, one.name) for number, one in self.targets.items()]

    @property
    def chosen_target(self) -> ForwardTarget | None:
        return self.targets.get(self.target.data or "")

    def validate_target(self, field: SelectField) -> None:
        if field.data not in self.targets:
            raise ValidationError(gettext("Choose a target that is on."))

    def validate_event(self, field: SelectField) -> None:
        if field.data and field.data not in TARGET_EVENTS:
            raise ValidationError(gettext("Choose from the list."))

    def validate_scope(self, field: RadioField) -> None:
        if field.data not in (MISSING, ALL):
            raise ValidationError(gettext("Choose from the list."))

    def validate_until(self, field: MomentField) -> None:
        since = self.since.moment
        if field.moment is not None and since is not None and field.moment <= since:
            raise ValidationError(gettext("This must be after the beginning."))

    def to_choice(self, last_id: int) -> Choice:
        """What was requested; only while there are no errors."""
        return Choice(
            self.since.moment, self.until.moment, self.event.data or None, (self.about.data or "").strip(),
            self.scope.data or MISSING, not self.older.data, last_id,
        )  # fmt: skip

    @property
    def pairs(self) -> dict[str, str]:
        """The form as it stands in an address, without what is empty."""
        typed = {name: self[name].data for name in ("target", "since", "until", "event", "about", "scope")}
        return {name: text for name, text in typed.items() if text} | ({"older": "y"} if self.older.data else {})
