"""Roles as pages say them: a sentence for each, and those of one person."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from webapp.access.permissions import Role
from webapp.access.roles import EVERY_ACCOUNT, Roles, label_of
from webapp.core.accounts import Account

ROLE_SENTENCES = {
    Role.VIEWER: lazy_gettext("Viewer: sees orders and refunds, without personal data, and changes nothing."),
    Role.AGENT: lazy_gettext("Support agent: opens personal data, captures, and refunds up to the agents' limits."),
    Role.FINANCE: lazy_gettext(
        "Finance: refunds up to higher limits, approves, resolves what is unclear, proves payouts, exports."
    ),
    Role.AUDITOR: lazy_gettext("Auditor: reads everything, exports the audit log, and changes nothing."),
    Role.ADMIN: lazy_gettext(
        "Admin: manages webhooks and, as admin of all accounts, people. Moves no money."
    ),
}


def roles_words(roles: Roles, accounts: dict[str, Account]) -> str:
    """ "Viewer", or "Viewer; Live shop: Finance". An account that is not configured any more goes by its slug."""
    single = [
        f"{accounts[slug].title if slug in accounts else slug}: {label_of(role)}"
        for slug, role in roles.by_account.items()
        if slug != EVERY_ACCOUNT
    ]
    everywhere = [label_of(roles.everywhere)] if roles.everywhere else []
    return "; ".join([*everywhere, *single]) or gettext("No access")
