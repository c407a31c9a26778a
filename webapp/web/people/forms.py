"""What admins type about people: an invitation, and somebody's roles."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from webapp.access.permissions import ROLE_LABELS, Role
from webapp.access.roles import EVERY_ACCOUNT, NO_ROLE, Roles
from webapp.core.accounts import Account
from webapp.presentation.role_words import ROLE_SENTENCES
from webapp.web.forms import BaseForm

SINGLE = "on_"
"""Before the slug in the name of a single account's field."""


class InviteForm(BaseForm):
    """Somebody new, with one role; other roles on other accounts come on their page."""

    name = StringField(
        _l("Name"),
        [
            InputRequired(_l("Type the name, as everybody will see it.")),
            Length(max=120, message=_l("At most 120 characters.")),
        ],
    )
    email = EmailField(_l("E-mail"), [InputRequired(_l("Type the e-mail address they will sign in with."))])
    role = RadioField(
        _l("Role"),
        [InputRequired(_l("Choose a role."))],
        choices=[SelectChoice(*one) for one in ROLE_SENTENCES.items()],
    )
    accounts = SelectField(_l("On which accounts"), default=EVERY_ACCOUNT)

    def __init__(self, accounts: dict[str, Account], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        every = SelectChoice(EVERY_ACCOUNT, gettext("All accounts"))
        self.accounts.choices = [every, *(SelectChoice(slug, account.title) for slug, account in accounts.items())]


class RolesForm(BaseForm):
    """The roles of one person: for every account, and for each single one. `seen` is what they were on the page."""

    seen = HiddenField()
    everywhere = SelectField(_l("On all accounts"))

    @property
    def single(self) -> list[SelectField]:
        """The fields of single accounts."""
        return [field for field in self if field.name.startswith(SINGLE)]

    @property
    def seen_roles(self) -> Roles:
        """As the page showed them; none where that cannot be read, which fits nobody who has one."""
        try:
            seen = json.loads(self.seen.data or "")
        except ValueError:
            return Roles()
        is_readable = isinstance(seen, dict) and all(isinstance(role, str) for role in seen.values())
        return Roles(seen) if is_readable else Roles()

    @property
    def wanted(self) -> Roles:
        """As they were chosen; of accounts that the page did not offer, as they were."""
        offered = {EVERY_ACCOUNT, *(field.name.removeprefix(SINGLE) for field in self.single)}
        kept = {slug: role for slug, role in self.seen_roles.by_account.items() if slug not in offered}
        chosen = {EVERY_ACCOUNT: self.everywhere.data, **{f.name.removeprefix(SINGLE): f.data for f in self.single}}
        return Roles({**kept, **{slug: role for slug, role in chosen.items() if role}})


def roles_form(roles: Roles, accounts: dict[str, Account], **kwargs: Any) -> RolesForm:
    """The form of somebody with these roles; single accounts are asked where there are several, or one differs."""
    labels = [SelectChoice(role.value, str(words)) for role, words in ROLE_LABELS.items()]
    fields: dict[str, Any] = {}
    if len(accounts) > 1 or set(roles.by_account) - {EVERY_ACCOUNT}:
        choices = [
            SelectChoice("", gettext("As on all accounts")),
            SelectChoice(NO_ROLE, gettext("No access")),
            *labels,
        ]
        fields = {f"{SINGLE}{slug}": SelectField(one.title, choices=choices) for slug, one in accounts.items()}
    now = {"everywhere": roles.everywhere or "", "seen": json.dumps(dict(roles.by_account), sort_keys=True)}
    now |= {f"{SINGLE}{slug}": roles.by_account.get(slug, "") for slug in accounts}
    form = type("RolesForm", (RolesForm,), fields)(data=now, **kwargs)
    form.everywhere.choices = [SelectChoice("", gettext("None")), *labels]
    return form


def role_of(form: InviteForm) -> Role:
    return Role(form.role.data)
