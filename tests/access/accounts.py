"""A desk with two merchant accounts, and people whose roles differ between them."""

from __future__ import annotations

from tests.conftest import PEOPLE
from webapp.core.settings import Settings

from .records import Records


def with_second_account(settings: Settings) -> Settings:
    """The same desk with another account, `second`, at the same provider."""
    (demo,) = settings.accounts
    second = demo.model_copy(update={"slug": "second", "title": "Second Shop"})
    return settings.model_copy(update={"accounts": (demo, second)})


def give(records: Records, person: str, everywhere: str | None = None, **by_account: str) -> None:
    """Makes these the roles of somebody, without a word in the log and without ending a session."""
    roles = {**({"*": everywhere} if everywhere else {}), **by_account}
    user_id = records.user(PEOPLE[person][0])["id"]
    records.change("DELETE FROM user_role WHERE user_id = :id", id=user_id)
    for account, role in roles.items():
        records.change("INSERT INTO user_role VALUES (:id, :account, :role)", id=user_id, account=account, role=role)
