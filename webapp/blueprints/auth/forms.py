"""What people type to sign in and about their passwords."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField

LONGEST_TYPED = 1024


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Says nothing about its fields one by one: whatever is wrong is answered alike."""

    email = EmailField(_l("E-mail"))
    password = PasswordField(_l("Password"))
    next = HiddenField()
