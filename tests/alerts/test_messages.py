"""Messages arrive in a real mailbox and at a real HTTP endpoint; what fails is sent again, and given up after a day."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from tests.emulators.kit.receiver import Receiver
from tests.providers.http.test_tls import identity
from tests.providers.raw_server import RawServer, always, stay_silent
from webapp.alerts import mail
from webapp.alerts.mail import send_mail
from webapp.core.accounts import Environment
from webapp.core.database import writing
from webapp.models.alert import AlertMessage
from webapp.models.base import now

from .conftest import FROM, TO
from .mailbox import PASSWORD, USER, Mailbox, mailbox
from .test_watch import set_to
from .watching import Watching, text_of

BEGAN = "Postpay Desk, Demo Shop (embedded): Deliveries are being refused"


def test_it_arrives_in_the_mailbox_and_at_the_endpoint(watching: Watching, box: Mailbox, slack: Receiver) -> None:
    watching.refused(1234)
    watching.look()
    assert watching.send() == 2
    assert box.subjects == [BEGAN]
    assert box.to == [list(TO)]
    message = box.got[0]
    assert (message["From"], message["Auto-Submitted"]) == (FROM, "auto-generated")
    assert message["Message-ID"].endswith("@shop.example>")
    assert "the desk refused 1,234 deliveries" in box.text()
    _, headers, body = slack.got.get(timeout=5)
    assert headers["Content-Type"] == "application/json"
    assert text_of(body).startswith(f"{BEGAN}\n")
    assert text_of(body).split("\n", 1)[1] == box.text().replace("\r\n", "\n")
    assert {(one.state, one.tries, one.error) for one in watching.messages()} == {("sent", 1, None)}
    watching.nothing_more()
    watching.look()
    watching.send()
    assert box.subjects[1] == "Postpay Desk, Demo Shop (embedded): Over: Deliveries are being refused"
    assert re.search(r"It went on from .+ to .+ Asia/Dubai\.", box.text())


def test_a_real_desk_says_where_to_look_and_a_title_is_no_markup(watching: Watching, slack: Receiver) -> None:
    account = watching.account.model_copy(update={"title": "Tea & <Coffee>", "environment": Environment.LIVE})
    set_to(watching, accounts=(account,), trusted_hosts=("desk.shop.example",))
    watching.account = account
    watching.refused(9)
    watching.look()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("webapp.alerts.webhook.read_address", _loopback)
        watching.send()
    _, _, body = slack.got.get(timeout=5)
    assert "Tea &amp; &lt;Coffee&gt; (live)" in text_of(body)
    assert "\nhttps://desk.shop.example/demo/alerts\n" in text_of(body)


def _loopback(url: str, *, loopback: bool) -> object:
    from webapp.webhooks.address import read_address

    return read_address(url, loopback=True)


def test_what_fails_is_sent_again_and_the_failure_is_kept(watching: Watching, box: Mailbox, slack: Receiver) -> None:
    box.answer, slack.status = "451 come later, ops@shop.example is busy", 503
    watching.refused(9)
    watching.look()
    watching.send()
    assert {(one.channel, one.state, one.tries, one.error) for one in watching.messages()} == {
        ("mail", "waiting", 1, "SMTPDataError 451"), ("webhook", "waiting", 1, "status 503"),
    }  # fmt: skip
    assert watching.send() == 0, "not at once"
    watching.make_due()
    watching.send()
    pauses = [one.next_try - now() for one in watching.messages()]
    assert all(timedelta(seconds=40) < pause < timedelta(seconds=80) for pause in pauses), "each time later"
    box.answer, slack.status = "250 OK", 200
    watching.make_due()
    watching.send()
    assert {(one.state, one.tries, one.error) for one in watching.messages()} == {("sent", 3, None)}
    assert len(box.got) == 1


def test_after_a_day_it_is_given_up(watching: Watching, slack: Receiver) -> None:
    set_to(watching, smtp_host="")
    slack.status = 410
    watching.refused(9)
    watching.look()
    with watching.app.app_context(), writing() as session:
        session.execute(update(AlertMessage).values(created=now() - timedelta(hours=24)))
    watching.send()
    assert [(one.state, one.error) for one in watching.messages()] == [("failed", "status 410")]
    watching.make_due()
    assert watching.send() == 0


def test_many_workers_send_it_once(watching: Watching, box: Mailbox, slack: Receiver) -> None:
    watching.refused(9)
    watching.look()
    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lambda _: watching.send(3), range(6))) == 2
    assert (len(box.got), slack.got.qsize()) == (1, 1)


def test_one_whose_worker_died_is_sent_by_another_a_minute_later(watching: Watching, box: Mailbox) -> None:
    set_to(watching, alert_webhook=SecretStr(""))
    watching.refused(9)
    watching.look()
    with watching.app.app_context():
        from webapp.alerts.messages import _claim

        assert _claim(watching.account) is not None
    assert watching.send() == 0
    watching.make_due()
    assert watching.send() == 1
    assert len(box.got) == 1


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://hooks.example.com/x", "not_https"),
        ("https://10.0.0.1/x", "numeric"),
        ("https://intranet/x", "not_public"),
        ("https://hooks.example.com:22/x", "port"),
        ("https://inside.example.com/x", "leads_inside"),
        ("https://mixed.example.com/x", "leads_inside"),
        ("https://nowhere.example.com/x", "not_found"),
        ("https://desk.shop.example/x", "own"),
        ("https://user:pass@hooks.example.com/x", "credentials"),
    ],
)
def test_the_address_of_the_webhook_must_be_public(watching: Watching, url: str, problem: str) -> None:
    live = watching.account.model_copy(update={"environment": Environment.LIVE})
    hosts = ("desk.shop.example",)
    set_to(watching, accounts=(live,), trusted_hosts=hosts, smtp_host="", alert_webhook=SecretStr(url))
    watching.refused(9)
    watching.look()
    names = {
        "inside.example.com": ["192.168.0.7"], "mixed.example.com": ["8.8.8.8", "::ffff:127.0.0.1"],
        "desk.shop.example": ["8.8.8.8"],
    }  # fmt: skip
    watching.send(resolve=lambda name: names.get(name, []))
    assert [(one.state, one.error) for one in watching.messages()] == [("waiting", problem)]


def test_a_redirect_is_not_followed(watching: Watching, slack: Receiver) -> None:
    set_to(watching, smtp_host="")
    slack.status = 307
    watching.refused(9)
    watching.look()
    watching.send()
    assert slack.got.qsize() == 1
    assert watching.messages()[0].error == "status 307"


def test_over_a_protected_connection_with_a_password(
    watching: Watching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = identity(tmp_path)
    with mailbox(tls=known.context, with_password=True) as box:
        given = {"smtp_security": "starttls", "smtp_port": box.port, "smtp_user": USER}
        right = watching.settings.model_copy(update={**given, "smtp_password": SecretStr(PASSWORD)})
        assert send_mail(right, "One", "text") == "SSLCertVerificationError", "nobody vouches for it"
        monkeypatch.setenv("SSL_CERT_FILE", str(known.certificate))
        assert send_mail(right, "Two", "text") is None
        wrong = right.model_copy(update={"smtp_password": SecretStr("wrong")})
        assert send_mail(wrong, "Three", "text") == "SMTPAuthenticationError 535"
    assert box.subjects == ["Two"]


def test_it_is_never_sent_in_the_clear_where_it_must_not_be(watching: Watching, box: Mailbox) -> None:
    asks = watching.settings.model_copy(update={"smtp_security": "starttls"})
    assert send_mail(asks, "One", "text") == "SMTPNotSupportedError"
    assert box.got == []


def test_some_recipients_that_nobody_knows_do_not_stop_the_others(watching: Watching, box: Mailbox) -> None:
    box.refused = {TO[1]}
    assert send_mail(watching.settings, "One", "text") == "some_refused"
    assert box.to == [[TO[0]]]
    box.refused = set(TO)
    assert send_mail(watching.settings, "Two", "text") == "SMTPRecipientsRefused"


def test_a_server_that_answers_byte_by_byte_is_left(watching: Watching) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                for _ in range(200):
                    try:
                        connection.sendall(b"2")
                    except OSError:
                        return
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        slow = watching.settings.model_copy(update={"smtp_port": listening.getsockname()[1]})
        began = time.monotonic()
        assert send_mail(slow, "One", "text", deadline=0.3) is not None
        assert time.monotonic() - began < 3


def test_a_server_that_says_nothing_is_left(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "STEP", 0.2)
    with RawServer(always(stay_silent)) as server:
        slow = watching.settings.model_copy(update={"smtp_port": server._listener.getsockname()[1]})
        assert send_mail(slow, "One", "text") == "SMTPServerDisconnected"
