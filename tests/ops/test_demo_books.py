"""The demo shows payouts, bank amounts and something to review without anybody's doing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import update

from tests.browser import Browser
from tests.provider import Provider, provider_of
from webapp import create_app, jobs
from webapp.access.roles import EVERY_ACCOUNT, role_on
from webapp.core.database import writing
from webapp.core.settings import Settings
from webapp.emulators.postpay.server import Sandbox
from webapp.models.user import User
from webapp.ops.demo_books import fill_demo_books
from webapp.providers.registry import postpay
from webapp.settlement.ledger.upkeep import keep_current


@pytest.fixture
def app(settings: Settings) -> Flask:
    """A desk as `make run` starts it: nobody named a provider."""
    account = settings.accounts[0].model_copy(update={"emulated": True})
    return create_app(settings.model_copy(update={"accounts": (account,)}))


@pytest.fixture
def provider(sandbox: Sandbox) -> Provider:
    provider = provider_of(sandbox)
    provider.reset(orders=300, seed=1)
    return provider


def of_demo(is_demo: bool) -> None:
    with writing() as session:
        session.execute(update(User).where(role_on(EVERY_ACCOUNT) == "finance").values(is_demo=is_demo))


def test_the_first_minute_shows_books_that_are_worth_looking_at(app: Flask, provider: Provider, farah: Browser) -> None:
    account = app.extensions["accounts"]["demo"]
    with app.app_context():
        assert not fill_demo_books(account), "nothing was read yet"
        assert keep_current(account, postpay(account))
    assert jobs.work_once(app)
    with app.app_context():
        assert not fill_demo_books(account), "nothing is typed in the name of somebody real"
        of_demo(True)
        assert fill_demo_books(account)
        assert not fill_demo_books(account), "once"
        of_demo(False)  # who is of the demo may not sign in to a desk that is none
    assert jobs.work_once(app)
    assert jobs.work_once(app)
    farah.open("/demo/payouts")
    states = {badge.get_text(strip=True) for badge in farah.page.select("table.payouts td.at-under-end")}
    assert {"Equal", "Open", "Not entered"} <= states
    assert farah.page.select("tr.is-total")
    farah.open("/demo/to-look-at")
    empty = [one for one in farah.page.select(".work-lists section") if "Nothing needs review" in one.get_text(" ")]
    assert [one.h2.get_text(strip=True) for one in empty if one.h2] == ["Refunded, no transaction"]


def test_of_workers_that_begin_at_the_same_moment_one_does_it_and_none_fails(app: Flask, provider: Provider) -> None:
    account, start = app.extensions["accounts"]["demo"], Barrier(4)
    with app.app_context():
        keep_current(account, postpay(account))
    jobs.work_once(app)

    def one(_number: int) -> bool:
        with app.app_context():
            start.wait()
            return fill_demo_books(account)

    with app.app_context():
        of_demo(True)
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(4))) == [False, False, False, True]


def test_what_was_entered_by_people_is_left_alone(app: Flask, provider: Provider, farah: Browser) -> None:
    account = app.extensions["accounts"]["demo"]
    with app.app_context():
        keep_current(account, postpay(account))
    jobs.work_once(app)
    farah.open("/demo/payouts")
    farah.open(str(farah.page.select("table.payouts td.at-start a")[0]["href"]))
    farah.submit("Compare", received="1")
    with app.app_context():
        assert not fill_demo_books(account)
