"""An admin invites somebody, who chooses a password."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.access.records import Records
from tests.browser import Browser
from tests.conftest import PEOPLE

ALICE, ADAM = PEOPLE["agent"][0], PEOPLE["admin"][0]
GOOD = "a quiet lamp beside the river"
SignIn = Callable[[str], Browser]
INVITED = {"name": "Nadia New", "email": "nadia@shop.example", "role": "agent"}


def page_of(records: Records, email: str) -> str:
    return f"/people/{records.user(email)['id']}"


def invite(admin: Browser, **fields: str) -> str:
    """The address of the link."""
    admin.open("/people/new")
    admin.submit("Invite and show the link", **{**INVITED, **fields})
    assert admin.status == 200, admin.words
    return re.search(r"http://localhost(/welcome/\S+)", admin.words)[1]  # type: ignore[index]


def choose(stranger: Browser, link: str, password: str = GOOD) -> None:
    stranger.open(link)
    stranger.submit("Save the password", new=password, again=password)
