"""One rule for every page: the token in an address of the desk's own is for those who may change receiving.

Webhooks, their changes, the connection and what a delivery held show such addresses; they ask here.
"""

from __future__ import annotations

from flask import Flask
from flask_login import current_user

from webapp.access.permissions import Permission
from webapp.webhooks.address import without_own_token


def shown_address(text: str) -> str:
    """An address, or a text that holds one, as the person who is signed in may see it."""
    return text if current_user.can(Permission.HOOKS_EDIT) else without_own_token(text)


def init_app(app: Flask) -> None:
    """Gives templates the filter `shown_address`."""
    app.jinja_env.filters["shown_address"] = shown_address
