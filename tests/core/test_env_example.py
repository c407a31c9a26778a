"""`.env.example` names every setting and nothing else, and shows the values that hold without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from webapp.core.environment import load_settings
from webapp.core.refund_limits_setting import RefundLimit
from webapp.core.settings import ROOT, Settings

OF_ACCOUNTS = {
    "ACCOUNTS_FILE",
    "POSTPAY_ACCOUNT",
    "POSTPAY_TITLE",
    "POSTPAY_ENVIRONMENT",
    "POSTPAY_BASE_URL",
    "POSTPAY_MERCHANT_ID",
    "POSTPAY_SECRET_KEY",
    "POSTPAY_TIME_ZONE",
}
SHOWN_AS_EXAMPLE = {
    "ACCOUNTS_FILE", "DATABASE_URL", "TRUSTED_HOSTS", "ANCHOR_FILE", "ANCHOR_COPY", "REFUND_LIMITS", "DEMO_USERS",
    "SMTP_HOST", "ALERT_MAIL_FROM", "ALERT_MAIL_TO", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_ROLES", "OIDC_ACR",
    "OIDC_AMR", "SECOND_FACTOR",
}  # fmt: skip
TEXT = (ROOT / ".env.example").read_text(encoding="utf-8")


def documented() -> Iterator[tuple[str, str]]:
    """(name, value) of every commented-out setting."""
    yield from re.findall(r"^#([A-Z][A-Z0-9_]*)=(.*)$", TEXT, flags=re.MULTILINE)


def test_it_names_every_setting_and_nothing_else() -> None:
    fields = {name.upper() for name in Settings.model_fields} - {"ACCOUNTS"}
    assert {name for name, _ in documented()} == fields | OF_ACCOUNTS


def test_nothing_is_set_by_copying_it() -> None:
    assert not [line for line in TEXT.splitlines() if line and not line.startswith("#")]


def test_the_values_shown_are_the_ones_that_hold_without_it() -> None:
    shown = {name: value for name, value in documented() if value and name not in SHOWN_AS_EXAMPLE | OF_ACCOUNTS}
    assert len(shown) > 15
    for name, value in shown.items():
        default = Settings.model_fields[name.lower()].default
        assert value == str(default).lower() or float(value) == default, name


def test_the_limits_shown_can_be_read() -> None:
    limits = dict(documented())["REFUND_LIMITS"]
    read = load_settings({"REFUND_LIMITS": limits}).refund_limits
    assert read["agent"]["AED"] == RefundLimit(single=100_000, day=500_000)


def test_every_level_of_the_log_is_named() -> None:
    line = next(one for one in TEXT.splitlines() if one.startswith("# debug"))
    assert all(level in line for level in get_args(Settings.model_fields["log_level"].annotation))
