"""Acts that ask for a fresh proof: closing what is unclear, showing a secret, taking along what names people (R22)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.access.records import Records
from tests.browser import Browser
from tests.conftest import PASSWORD, make_settings
from tests.provider import provider_of
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox
from webapp.jobs import work_once

Age = Callable[[], None]


@pytest.fixture
def settings(sandbox: Sandbox, migrated_database: Path, tmp_path: Path) -> Settings:
    shutil.copy(migrated_database, tmp_path / "desk.sqlite3")
    return make_settings(sandbox.base_url, f"sqlite:///{tmp_path / 'desk.sqlite3'}", tmp_path)


@pytest.fixture
def age(records: Records) -> Age:
    """From now on the last proof is long ago."""
    return lambda: records.change("UPDATE staff_session SET confirmed = '2026-01-01 00:00:00'")


def export(browser: Browser, address: str) -> None:
    browser.open(address)
    browser.submit("As CSV")


def test_an_export_that_names_people_asks_when_it_is_made_and_when_it_is_fetched(
    app: Flask, sign_in: Callable[[str], Browser], age: Age
) -> None:
    omar = sign_in("auditor")
    age()
    export(omar, "/audit?what=auth")
    assert (omar.heading, "Nothing was exported yet." in omar.words) == ("Confirm that it is you", True)
    omar.submit("Continue", password=PASSWORD)
    assert omar.address == "/audit?what=auth", "as it was filtered"
    omar.submit("As CSV")
    assert omar.heading == "Export: Audit log"
    assert work_once(app)
    omar.open(omar.address)
    link = omar.page.find("a", id="fetch")
    assert not link.has_attr("download"), "what comes may be the question"  # type: ignore[union-attr]
    age()
    omar.open(str(link["href"]))  # type: ignore[index]
    assert omar.heading == "Confirm that it is you"
    omar.submit("Continue", password=PASSWORD)
    omar.open(str(omar.page.find("a", id="fetch")["href"]))  # type: ignore[index]
    assert omar.response.mimetype == "text/csv"


def test_an_export_without_people_does_not_ask(
    sandbox: Sandbox, sign_in: Callable[[str], Browser], age: Age
) -> None:
    farah = sign_in("finance")
    provider_of(sandbox).order("order-1")
    age()
    export(farah, "/demo/orders")
    assert farah.heading != "Confirm that it is you"


@pytest.mark.requirement("R22")
@pytest.mark.parametrize(
    ("person", "address"),
    [("finance", "/demo/in-progress/1/close?from=list"), ("admin", "/demo/hooks/none/secret")],
)
def test_the_page_asks_first_and_is_come_back_to(
    sign_in: Callable[[str], Browser], age: Age, person: str, address: str
) -> None:
    someone = sign_in(person)
    age()
    someone.open(address)
    assert someone.heading == "Confirm that it is you"
    assert someone.form("Continue").find("input", attrs={"name": "next"})["value"] == address  # type: ignore[index]


@pytest.mark.requirement("R22")
def test_a_secret_is_shown_with_a_fresh_proof_only(sign_in: Callable[[str], Browser], age: Age) -> None:
    adam = sign_in("admin")
    token = str(adam.page.find("input", attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    age()
    adam.send("/demo/hooks/changes/1/secret", {"csrf_token": token})
    assert adam.response.headers["Location"].startswith("/you/confirm?next=/demo/hooks/")
