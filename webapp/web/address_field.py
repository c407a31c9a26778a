"""The form field for an address that deliveries go to (R55), and why one is not taken, in words."""

from __future__ import annotations

from flask import current_app, g
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from webapp.core.accounts import Environment
from webapp.webhooks.address import BadAddress, HookAddress, Problem, public_addresses, read_address, resolve_name

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
    Problem.LEADS_INSIDE: _l("This name leads into a private network, where Postpay cannot and must not go."),
}


class AddressField(StringField):  # type: ignore[misc]
    """An address that a webhook may have: `address` once validated; what was typed is kept as it was."""

    address: HookAddress | None = None

    def pre_validate(self, form: BaseForm) -> None:
        try:
            self.address = _checked(self.data or "")
        except BadAddress as error:
            raise ValidationError(str(PROBLEMS[error.problem])) from error


def _checked(typed: str) -> HookAddress:
    """The emulator delivers to this machine and resolves nothing; every other provider needs a public name."""
    is_embedded = g.account.environment is Environment.EMBEDDED
    address = read_address(typed, loopback=is_embedded)
    if not is_embedded:
        public_addresses(address.host, current_app.extensions.get("resolve_name", resolve_name))
    return address
