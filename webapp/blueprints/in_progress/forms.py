"""Finance's reasons."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from ..shared_forms import BaseForm


class CloseForm(BaseForm):
    """Finance's reason for the last word on something that asking cannot settle."""

    reason = TextAreaField(
        lazy_gettext("Reason"),
        validators=[
            DataRequired(lazy_gettext("Say how you know; the audit log keeps it.")),
            Length(max=500, message=lazy_gettext("At most 500 characters.")),
        ],
    )
