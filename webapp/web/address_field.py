"""The form field for an address that deliveries go to (R55), and why one is not taken, in words."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from webapp.core.settings import Settings
from webapp.webhooks.address import BadAddress, HookAddress, Problem, public_addresses, read_address, resolve_name
from webapp.webhooks.forwarding import allows_loopback
from webapp.webhooks.own_address import is_own_address

PROBLEMS = {
    Problem.NOT_ONE: _l("Write a whole address, like https://shop.example.com/webhooks/postpay."),
    Problem.TOO_LONG: _l("The address is too long."),
    Problem.NOT_HTTPS: _l("The address must start with https://, so that nobody reads the deliveries on their way."),
    Problem.CREDENTIALS: _l("Leave out the name and password before the @: the secret proves who sends."),
    Problem.FRAGMENT: _l("Leave out the # and what follows: it never reaches a server."),
    Problem.NUMERIC: _l("Use the server's name instead of a number: certificates are made for names."),
    Problem.NOT_PUBLIC: _l("This name is known inside of a network only. Use one that the whole Internet knows."),
    Problem.PORT: _l("Use port 443, which needs no number, or 8443."),
    Problem.NOT_FOUND: _l("This name cannot be found at the moment. Check how it is written."),
    Problem.OWN: _l("This is the desk's own address: what it sent there would come back to it for ever."),
    Problem.LEADS_INSIDE: _l("This name leads into a private network, where Postpay cannot and must not go."),
}


class AddressField(StringField):  # type: ignore[misc]
    """An address that a webhook may have: `address` once validated; what was typed is kept as it was.

    With `beyond_the_desk`, it must not lead back to the desk either.
    """

    address: HookAddress | None = None

    def __init__(self, *args: Any, beyond_the_desk: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.beyond_the_desk = beyond_the_desk

    def pre_validate(self, form: BaseForm) -> None:
        try:
            self.address = _checked(self.data or "", beyond_the_desk=self.beyond_the_desk)
        except BadAddress as error:
            raise ValidationError(str(PROBLEMS[error.problem])) from error


def _checked(typed: str, *, beyond_the_desk: bool) -> HookAddress:
    """The emulator delivers to this machine and resolves nothing; every other provider needs a public name."""
    settings: Settings = current_app.extensions["settings"]
    resolve = current_app.extensions.get("resolve_name", resolve_name)
    address = read_address(typed, loopback=allows_loopback(g.account, settings))
    found = () if g.account.is_embedded else public_addresses(address.host, resolve)
    if beyond_the_desk and is_own_address(address, found, settings, resolve=resolve, asked_at=request.host):
        raise BadAddress(Problem.OWN)
    return address
