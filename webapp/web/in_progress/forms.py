"""Finance's reasons."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from webapp.payments.intents import MADE_OTHERWISE, NOT_DONE
from webapp.web.forms import BaseForm


class ResolveForm(BaseForm):
    """What was done about a refund that fits no entry."""

    reason = TextAreaField(
        lazy_gettext("What was done about it"),
        validators=[
            DataRequired(lazy_gettext("Say what was done about it.")),
            Length(max=500, message=lazy_gettext("At most 500 characters.")),
        ],
    )


class CloseForm(BaseForm):
    """Finance's reason for the last word on something that asking cannot settle."""

    found = RadioField(
        lazy_gettext("What did you find?"),
        choices=[
            SelectChoice(NOT_DONE, lazy_gettext("Postpay did not do it")),
            SelectChoice(MADE_OTHERWISE, lazy_gettext("Postpay did it, but with different data")),
        ],
        validators=[InputRequired(lazy_gettext("Choose what you found."))],
    )
    reason = TextAreaField(
        lazy_gettext("How do you know?"),
        validators=[
            DataRequired(lazy_gettext("Say how you know; the audit log keeps it.")),
            Length(max=500, message=lazy_gettext("At most 500 characters.")),
        ],
    )
