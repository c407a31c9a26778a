"""What admins type about webhooks."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.lists.filters.hooks import EVENTS
from webapp.presentation.hook_words import EVENT_LABELS
from webapp.web.address_field import AddressField
from webapp.web.forms import BaseForm


class HookForm(BaseForm):
    """Where a webhook leads, and what it tells."""

    url = AddressField(_l("Address"))
    events = SelectMultipleField(
        _l("Tell the shop of"),
        choices=[SelectChoice(event, EVENT_LABELS[event]) for event in EVENTS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    submit_token = HiddenField()

    def validate_events(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(gettext("Choose at least one."))

    @property
    def chosen(self) -> tuple[str, ...]:
        """The events in their fixed order."""
        return tuple(event for event in EVENTS if event in (self.events.data or ()))


class DeleteForm(BaseForm):
    """The host once more, by hand."""

    host = StringField(_l("Type the host to confirm"))
    submit_token = HiddenField()

    def check_host(self, host: str) -> bool:
        """Whether the host was typed; says so at the field if not."""
        if (self.host.data or "").strip().lower() == host.lower():
            return True
        self.host.errors = [gettext("This is not %(host)s.", host=host)]
        return False


class CloseChangeForm(BaseForm):
    """Why somebody gives a change up."""

    reason = TextAreaField(
        _l("How do you know"),
        [InputRequired(_l("Say how you know that Postpay has not done it.")), Length(max=500)],
    )
