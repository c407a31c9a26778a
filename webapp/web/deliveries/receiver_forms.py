"""What admins type about receiving."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import ValidationError

from webapp.web.forms import BaseForm

SHORTEST_SECRET, LONGEST_SECRET = 16, 200


class SecretField(StringField):  # type: ignore[misc]
    """A secret that was made elsewhere. It is never shown again, not even in the form that it was typed into."""

    def _value(self) -> str:
        return ""


def check_secret(text: str) -> None:
    """Raises ValidationError for what cannot be one."""
    if text != text.strip():
        raise ValidationError(gettext("There are blanks around the secret: they would be part of it."))
    if not SHORTEST_SECRET <= len(text) <= LONGEST_SECRET or not text.isprintable():
        raise ValidationError(
            gettext("A secret has %(least)s to %(most)s characters.", least=SHORTEST_SECRET, most=LONGEST_SECRET)
        )


class AcceptForm(BaseForm):
    """Another secret that the desk shall accept."""

    secret = SecretField(_l("Secret"))

    def validate_secret(self, field: SecretField) -> None:
        check_secret(field.data or "")


class StopForm(BaseForm):
    """The account once more, by hand."""

    account = StringField(_l("Type the account's short name to confirm"))

    def __init__(self, slug: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.slug = slug

    def validate_account(self, field: StringField) -> None:
        if (field.data or "").strip().lower() != self.slug:
            raise ValidationError(gettext("This is not %(slug)s.", slug=self.slug))
