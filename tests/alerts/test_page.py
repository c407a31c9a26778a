"""Admins see where alerts go, what is watched, how it stands and what was sent; and they send a test."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from pydantic import SecretStr

from tests.browser import Browser
from tests.emulators.kit.receiver import Receiver
from webapp.core.settings import Settings

from .conftest import FROM, TO
from .mailbox import Mailbox
from .watching import Watching, text_of

PAGE = "/demo/alerts"
CANARY = "T0KEN-OF-THE-WORKSPACE"


@pytest.fixture
def settings(settings: Settings, box: Mailbox, slack: Receiver) -> Settings:
    ways = {
        "smtp_host": "127.0.0.1",
        "smtp_port": box.port,
        "smtp_security": "none",
        "alert_mail_from": FROM,
        "alert_mail_to": TO,
        "alert_webhook": SecretStr(f"http://localhost:{slack.server_port}/services/{CANARY}"),
    }
    return settings.model_copy(update=ways)


@pytest.fixture
def adam(sign_in: Callable[[str], Browser]) -> Browser:
    return sign_in("admin")


@pytest.fixture
def watching(app: Flask) -> Watching:
    return Watching(app)


def rows(browser: Browser, caption: str) -> list[str]:
    [table] = [one for one in browser.page.find_all("table") if one.caption and one.caption.text.strip() == caption]
    return [" ".join(row.get_text(" ", strip=True).split()) for row in table.select("tbody tr")]


def test_a_test_alert_arrives_by_each_way(adam: Browser, watching: Watching, box: Mailbox, slack: Receiver) -> None:
    adam.open(PAGE)
    assert ", ".join(TO) in adam.words
    assert CANARY not in str(adam.page), "whoever has the address can write there"
    adam.submit("Send a test alert")
    assert "2 test alerts are on their way" in adam.words
    assert all("On its way" in row for row in rows(adam, "Latest alerts"))
    watching.send()
    assert box.subjects == ["Postpay Desk, Demo Shop (embedded): Test alert"]
    path, _, body = slack.got.get(timeout=5)
    assert path == f"/services/{CANARY}"
    assert "Alerts of this account arrive here" in text_of(body)
    adam.open(PAGE)
    assert all("Sent" in row for row in rows(adam, "Latest alerts"))
    adam.open("/audit?what=settings")
    assert "Adam Admin sent a test alert" in adam.words


def test_what_goes_wrong_stands_there_with_its_rule_and_failures(
    adam: Browser, watching: Watching, box: Mailbox, slack: Receiver
) -> None:
    adam.open(PAGE)
    assert "Deliveries are being refused" in rows(adam, "What is watched")[2]
    assert all("OK" in row or "Does not apply" in row for row in rows(adam, "What is watched"))
    box.answer, slack.status = "554 no", 404
    watching.refused(1200)
    watching.look()
    watching.send()
    adam.open(PAGE)
    row = rows(adam, "What is watched")[2]
    assert "Goes wrong Since" in row
    assert "Now 1,200" in row
    assert "from 5, repeated after 1 hour" in row
    told = rows(adam, "Latest alerts")
    assert any("The webhook answered 404" in row for row in told)
    assert any("SMTPDataError" in row and "(554)" in row for row in told)


def test_neither_people_nor_secrets_nor_tokens_are_in_them(watching: Watching, box: Mailbox, slack: Receiver) -> None:
    watching.refused(9)
    watching.calls("Unauthorized 401", 3)
    watching.calls("NotSent", 30)
    watching.look()
    watching.send(10)
    texts = [box.text(number) for number in range(3)]
    texts += [text_of(slack.got.get(timeout=5)[2]) for _ in range(3)]
    account = watching.account
    secrets = (account.secret_key.get_secret_value(), account.merchant_id, CANARY, "@", "/hooks/")
    assert not [text for text in texts if any(secret in text for secret in secrets)]


def test_where_nothing_is_set_up_it_says_so(adam: Browser, app: Flask) -> None:
    none = {"smtp_host": "", "alert_webhook": SecretStr("")}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=none)
    adam.open(PAGE)
    assert "No alerts are sent" in adam.words
    assert "Send a test alert" not in adam.words


def test_an_address_that_is_not_taken_is_said(adam: Browser, app: Flask) -> None:
    given = {"alert_webhook": SecretStr("https://10.0.0.1/x")}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=given)
    adam.open(PAGE)
    assert "does not send alerts to the webhook" in adam.words
    assert "instead of a number" in adam.words


def test_only_admins_see_it(sign_in: Callable[[str], Browser]) -> None:
    for person in ("finance", "auditor", "agent"):
        browser = sign_in(person)
        browser.open(PAGE)
        assert browser.status == 403
        browser.open("/demo/orders")
        assert not browser.page.select(f'a[href="{PAGE}"]')
