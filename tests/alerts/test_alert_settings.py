"""The settings of alerts: a way is set up whole or not at all, and a rule is a number and minutes."""

from __future__ import annotations

from flask import Flask
from pydantic import SecretStr

from tests.core.test_settings import LIVE, problems
from webapp.core.environment import load_settings


def test_alerts_are_set_up_whole_or_not_at_all() -> None:
    assert problems(ALERT_MAIL_TO="ops@shop.example") == [
        "SMTP_HOST: is needed for alerts by e-mail",
        "ALERT_MAIL_FROM: is needed for alerts by e-mail",
    ]
    mail = {"SMTP_HOST": "smtp.shop.example", "ALERT_MAIL_FROM": "desk@shop.example"}
    for bad in ("ops", "ops@shop.example\r\nBcc: all@else.example", "Ops <ops@shop.example>", "a@b, c d@e"):
        assert problems(**mail, ALERT_MAIL_TO=bad) == ["ALERT_MAIL_TO: holds what is no e-mail address"]
    given = {**LIVE, **mail, "ALERT_MAIL_TO": "ops@shop.example, root@localhost"}
    assert load_settings(given).alert_mail_to == ("ops@shop.example", "root@localhost")
    assert problems(SMTP_SECURITY="none", SMTP_PASSWORD="x") == [
        "SMTP_SECURITY: with a password it must be starttls or tls"
    ]
    assert problems(ALERT_WEBHOOK="http://hooks.example.com/x") == ["ALERT_WEBHOOK: must start with https://"]


def test_rules_of_alerts_are_a_number_and_minutes_or_off() -> None:
    told = load_settings({**LIVE, "ALERT_REFUSED": "20/5", "ALERT_SILENCE": "off"})
    assert told.alert_silence is None
    assert str(told.alert_refused) == "20/5"
    for bad in ("20", "0/5", "5/0", "x/y", "-1/5", "5/60/7"):
        [problem] = problems(ALERT_REFUSED=bad)
        assert problem.startswith("ALERT_REFUSED: is not of the form 5/60")


def test_the_doctor_says_whether_anybody_is_told(app: Flask) -> None:
    def said(**changes: object) -> str:
        app.extensions["settings"] = app.extensions["settings"].model_copy(update=changes)
        lines = app.test_cli_runner().invoke(args=["doctor"]).output.splitlines()
        return next(line for line in lines if "alerts:" in line)

    assert said() == "ok     alerts: go to nobody: neither e-mail nor a webhook is set up"
    mail = {"smtp_host": "smtp.shop.example", "alert_mail_from": "a@b.example", "alert_mail_to": ("c@d.example",)}
    assert said(**mail) == "ok     alerts: go out by mail"
    told = said(alert_webhook=SecretStr("https://10.0.0.1/token"))
    assert told == "WRONG  alerts: ALERT_WEBHOOK is not taken (numeric)"
