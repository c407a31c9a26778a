"""What people type to sign in, and about their password."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired

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
