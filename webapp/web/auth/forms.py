"""What people type to sign in, and about their password."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from webapp.access.second_factor import Proof
from webapp.web.forms import BaseForm

YOUR_PASSWORD = _l("Current password")


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Says nothing about its fields one by one: whatever is wrong is answered alike.

    `kept` is the sealed form that somebody had typed when their browser no longer named a session.
    """

    email = EmailField(_l("E-mail"), filters=[lambda text: text and text.replace("\0", "\ufffd")])
    password = PasswordField(_l("Password"))
    next = HiddenField()
    kept = HiddenField()


class FactorForm(FlaskForm):  # type: ignore[misc]
    """A second factor: digits that somebody types, or what a browser brings of a passkey."""

    code = StringField(_l("Code"))
    passkey = HiddenField()

    @property
    def proof(self) -> Proof:
        return Proof(self.code.data or "", self.passkey.data or "")


class SecondStepForm(FactorForm):
    """The second step of a sign-in; it carries on what the first one brought."""

    next = HiddenField()
    kept = HiddenField()


class ConfirmForm(FactorForm):
    """The password of who has no second factor, else that: whose it is, is known."""

    password = PasswordField(YOUR_PASSWORD)
    next = HiddenField()


class AppForm(FlaskForm):  # type: ignore[misc]
    """The code of an app that is set up now; `prepared` is the sealed seed that the page shows."""

    code = StringField(_l("Code that the app shows now"), [InputRequired(_l("Type the code that the app shows."))])
    prepared = HiddenField()


class PasskeyForm(BaseForm):
    """A new passkey: its name, and what the browser brings."""

    name = StringField(
        _l("Name of the new passkey"),
        [
            InputRequired(_l("Give the passkey a name, such as the device that holds it.")),
            Length(max=60, message=_l("At most 60 characters.")),
        ],
    )
    passkey = HiddenField()


class NameForm(BaseForm):
    """The own name."""

    name = StringField(_l("Name"), [InputRequired(_l("Type your name, as everybody will see it."))])


class FirstPasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password; typed twice, because nobody sees it."""

    new = PasswordField(_l("New password"), [InputRequired(_l("Type the new password."))])
    again = PasswordField(
        _l("New password again"), [EqualTo("new", _l("This differs from the new password. Type both again."))]
    )


class PasswordForm(FirstPasswordForm):
    """Another password for oneself."""

    current = PasswordField(YOUR_PASSWORD, [InputRequired(_l("Type the password you have now."))])
