"""What is put on the bench: headers, body and secrets, as they were pasted."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from webapp.web.forms import BaseForm

AS_TEXT, AS_BASE64, AS_HEX = "text", "base64", "hex"
MOST_SECRETS = 6


class Stored(NamedTuple):
    """A delivery that the desk keeps, as the bench needs it; `secrets` are the desk's own and are never shown.

    `was_taken`: whether it was genuine by the secrets that the desk had when it arrived.
    """

    headers: str
    body: bytes
    secrets: tuple[str, ...]
    received: datetime
    was_taken: bool


class BenchForm(BaseForm):
    """`raw_body` and `secrets` once it is valid. With a stored delivery, headers and body are its own."""

    delivery = HiddenField()
    headers = TextAreaField(lazy_gettext("Headers"))
    body = TextAreaField(lazy_gettext("Body"))
    encoding = RadioField(
        lazy_gettext("The body is pasted as"),
        choices=[
            SelectChoice(AS_TEXT, lazy_gettext("Text")),
            SelectChoice(AS_BASE64, lazy_gettext("Base64")),
            SelectChoice(AS_HEX, lazy_gettext("Hex")),
        ],
        default=AS_TEXT,
    )
    secret = TextAreaField(lazy_gettext("Secret"))

    def __init__(self, stored: Stored | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stored = stored
        self.raw_body = stored.body if stored else b""
        self.secrets: list[str] = []

    def validate_headers(self, field: TextAreaField) -> None:
        if self.stored is None and not (field.data or "").strip():
            raise ValidationError(gettext("Paste the headers, or only the value of X-Postpay-Signature."))

    def validate_body(self, field: TextAreaField) -> None:
        if self.stored is not None:
            return
        try:
            self.raw_body = _bytes(field.data or "", self.encoding.data)
        except ValueError:
            raise ValidationError(gettext("This is not in the form you chose below: text, base64 or hex.")) from None
        if not self.raw_body:
            raise ValidationError(gettext("Paste the body as it arrived."))

    def validate_secret(self, field: TextAreaField) -> None:
        """One secret a line; blanks around one are kept, for they may be the mistake."""
        self.secrets = [line for line in (field.data or "").replace("\r", "").split("\n") if line.strip()]
        if not self.secrets and not (self.stored and self.stored.secrets):
            raise ValidationError(gettext("Paste the secret that should have signed it."))
        if len(self.secrets) > MOST_SECRETS:
            raise ValidationError(gettext("Try at most %(count)s secrets at once.", count=MOST_SECRETS))


def _bytes(text: str, encoding: str) -> bytes:
    """The body's bytes. Raises ValueError.

    A browser sends every line end of a form as CRLF, so a pasted one counts as LF.
    """
    if encoding == AS_BASE64:
        return b64decode("".join(text.split()), validate=True)
    if encoding == AS_HEX:
        return bytes.fromhex(text)
    return text.replace("\r\n", "\n").encode()
