"""Settings: read from the environment or from files, refused with every problem named and no value shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url

from webapp.core import environment as module
from webapp.core.accounts import Environment
from webapp.core.environment import BadSettings, load_settings

KEY = "d41c9a6f70b3e852" * 4
LIVE = {
    "POSTPAY_ACCOUNT": "shop",
    "POSTPAY_ENVIRONMENT": "live",
    "POSTPAY_BASE_URL": "https://api.provider.example",
    "POSTPAY_MERCHANT_ID": "id_of_the_shop",
    "POSTPAY_SECRET_KEY": "sk_live_0123456789abcdef",
    "SECRET_KEY": KEY,
    "AUDIT_KEY": KEY[::-1],
    "ANCHOR_KEY": KEY[1:] + "x",
    "SEAL_KEY": KEY[2:] + "yz",
    "TRUSTED_HOSTS": "desk.shop.example",
}


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys that are made are made here."""
    monkeypatch.setattr(module, "VAR", tmp_path)
    return tmp_path


def problems(**changes: str | None) -> list[str]:
    """What is said about the live settings above with these changes; None takes one away."""
    given = {name: value for name, value in {**LIVE, **changes}.items() if value is not None}
    with pytest.raises(BadSettings) as raised:
        load_settings(given)
    return raised.value.problems


def test_without_any_setting_the_desk_is_embedded_with_keys_of_its_own(var: Path) -> None:
    settings = load_settings({})
    assert settings.all_embedded
    assert settings.demo_users
    assert settings.trusted_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert str(settings.accounts[0].base_url) == "http://127.0.0.1:8900/"
    keys = [settings.secret_key, settings.audit_key, settings.anchor_key, settings.seal_key]
    assert len({key.get_secret_value() for key in keys}) == 4
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (var / "keys").iterdir())


def test_the_keys_that_were_made_are_kept() -> None:
    assert load_settings({}).secret_key == load_settings({}).secret_key


def test_processes_that_start_at_once_agree_on_the_keys(var: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: load_settings({}).audit_key.get_secret_value(), range(64)))
    assert len(keys) == 1
    assert sorted(os.listdir(var / "keys")) == ["anchor_key", "audit_key", "seal_key", "secret_key"]


def test_a_live_account_starts_with_everything_given() -> None:
    settings = load_settings(LIVE)
    assert settings.accounts[0].is_live
    assert not settings.demo_users
    assert settings.accounts[0].api_root == "https://api.provider.example"
    assert settings.accounts[0].time_zone == "Asia/Dubai"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", "short-9f8e7d"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "0123456789" * 4),
        ("SECRET_KEY", "dev-key-for-me-dev-key-for-me-and-you"),
        ("SECRET_KEY", "abcdefghij" + " " * 40),
        ("SECRET_KEY", "please-change-me-0123456789-abcdefghijk"),
        ("AUDIT_KEY", None),
        ("AUDIT_KEY", KEY),
        ("AUDIT_KEY_ID", "Not An Id"),
        ("ANCHOR_KEY", None),
        ("ANCHOR_KEY", KEY),
        ("SEAL_KEY", None),
        ("SEAL_KEY", KEY[1:] + "x"),
        ("ANCHOR_KEY", KEY[::-1]),
        ("TRUSTED_HOSTS", None),
        ("TRUSTED_HOSTS", "*.shop.example"),
        ("TRUSTED_HOSTS", "desk.shop.example,*"),
        ("TRUSTED_HOSTS", ".example"),
        ("TRUSTED_HOSTS", ".."),
        ("DEMO_USERS", "true"),
        ("DEBUG", "1"),
        ("COOKIE_SECURE", "false"),
        ("PORT", "70000"),
        ("PORT", "eighty"),
        ("WEB_WORKERS", "0"),
        ("WEB_THREADS", "9999"),
        ("PROXY_HOPS", "-1"),
        ("LOG_LEVEL", "chatty"),
        ("SESSION_HOURS", "99"),
        ("SESSION_IDLE_MINUTES", "0"),
        ("PROVIDER_DEADLINE", "0"),
        ("PROVIDER_CONNECT_TIMEOUT", "nan"),
        ("REFUND_LIMITS", "a lot"),
        ("REFUND_LIMITS", '{"agent": {"AED": ["10.005", "20"]}}'),
        ("REFUND_LIMITS", '{"agent": {"XQZ": ["10", "20"]}}'),
        ("REFUND_LIMITS", '{"agent": "AED"}'),
        ("REFUND_LIMITS", '{"agent": {"AED": ["10.00"]}}'),
        ("REFUND_LIMITS", '{"agent": {"AED": ["10.00", "20.00", "30.00"]}}'),
        ("DATABASE_URL", "mysql://desk@db.internal/desk"),
        ("DATABASE_URL", "sqlite+aiosqlite:///desk.sqlite3"),
        ("DATABASE_URL", "desk.sqlite3"),
        ("DATABASE_URL", "postgresql://desk@db.internal:port/desk"),
    ],
)
@pytest.mark.requirement("R52")
def test_a_bad_setting_is_named_without_its_value(name: str, value: str | None) -> None:
    said = problems(**{name: value})
    assert len(said) == 1
    assert said[0].startswith(f"{name}")
    assert not value or len(value) < 4 or value not in said[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POSTPAY_ACCOUNT", "The Shop"),
        ("POSTPAY_ENVIRONMENT", "production"),
        ("POSTPAY_BASE_URL", None),
        ("POSTPAY_BASE_URL", "provider"),
        ("POSTPAY_BASE_URL", "http://api.provider.example"),
        ("POSTPAY_BASE_URL", "http://127.0.0.1:8900"),
        ("POSTPAY_BASE_URL", "https://user:secretsecret@api.provider.example"),
        ("POSTPAY_BASE_URL", "https://api.provider.example/v1?key=1"),
        ("POSTPAY_BASE_URL", "https://api.provider.example/#part"),
        ("POSTPAY_MERCHANT_ID", None),
        ("POSTPAY_SECRET_KEY", None),
        ("POSTPAY_SECRET_KEY", "xyz"),
        ("POSTPAY_SECRET_KEY", module.EMBEDDED_SECRET),
        ("POSTPAY_TIME_ZONE", "Mars/Olympus"),
    ],
)
@pytest.mark.requirement("R19")
def test_a_bad_account_is_told_without_its_value(name: str, value: str | None) -> None:
    said = problems(**{name: value})
    assert len(said) == 1
    assert not value or value not in said[0]
    assert "secretsecret" not in said[0]


def test_all_problems_are_told_at_once() -> None:
    said = problems(SECRET_KEY=None, PORT="x", POSTPAY_TIME_ZONE="Mars/Olympus")
    assert sorted(one.split(":")[0] for one in said) == ["PORT", "POSTPAY_TIME_ZONE", "SECRET_KEY"]


def test_a_setting_is_named_as_it_was_written() -> None:
    assert problems(POSTPAY_BASE_URL=None) == ["POSTPAY_BASE_URL: is missing"]
    assert problems(POSTPAY_ACCOUNT="The Shop")[0].startswith("POSTPAY_ACCOUNT: ")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgres+psycopg", "postgresql+psycopg"])
def test_postgresql_is_understood_as_platforms_spell_it(scheme: str) -> None:
    url = make_url(load_settings({**LIVE, "DATABASE_URL": f"{scheme}://desk@db.internal/desk"}).database_url)
    assert (url.get_backend_name(), url.host) == ("postgresql", "db.internal")


def test_sandbox_of_the_provider_is_guarded_like_live() -> None:
    assert problems(POSTPAY_ENVIRONMENT="sandbox", DEMO_USERS="true") == [
        "DEMO_USERS: only where every account is embedded"
    ]


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(KEY + "\n", encoding="ascii")
    settings = load_settings({**LIVE, "SECRET_KEY": "", "SECRET_KEY_FILE": str(path)})
    assert settings.secret_key.get_secret_value() == KEY


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    said = problems(ANCHOR_KEY=None, ANCHOR_KEY_FILE=str(tmp_path / "nowhere"))
    assert said[0] == "ANCHOR_KEY_FILE: the file cannot be read"


def write_accounts(folder: Path, *tables: str) -> dict[str, str]:
    path = folder / "accounts.toml"
    path.write_text("".join(f"[[account]]\n{table}\n" for table in tables), encoding="utf-8")
    return {**LIVE, "ACCOUNTS_FILE": str(path)}


def account(slug: str, secret: str) -> str:
    return (
        f'slug = "{slug}"\ntitle = "Shop {slug}"\nenvironment = "sandbox"\n'
        f'base_url = "https://{slug}.provider.example"\nmerchant_id = "id_{slug}"\n{secret}\n'
    )


def test_several_accounts_stand_in_a_file_with_their_secrets_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sk_from_file", encoding="ascii")
    given = write_accounts(
        tmp_path,
        account("dubai", 'secret_key_env = "DUBAI_SECRET"'),
        account("riyadh", f'secret_key_file = "{tmp_path}/secret"'),
        'slug = "trial"',
    )
    settings = load_settings({**given, "DUBAI_SECRET": "sk_from_environment"})
    assert [one.slug for one in settings.accounts] == ["dubai", "riyadh", "trial"]
    assert [one.secret_key.get_secret_value() for one in settings.accounts[:2]] == [
        "sk_from_environment",
        "sk_from_file",
    ]
    assert settings.accounts[2].environment is Environment.EMBEDDED
    assert not settings.all_embedded


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (["slug = 3 3"], "cannot be read as TOML"),
        ([], "has no [[account]] table"),
        (["[account.more]"], "ACCOUNTS_FILE account 1: more: "),
        (["slug = 3"], "ACCOUNTS_FILE account 1: slug: "),
        (
            [account("dubai", 'secret_key_env = "NOT_GIVEN"')],
            "ACCOUNTS_FILE account 1: secret_key_env: NOT_GIVEN is not set",
        ),
        (
            [account("dubai", 'secret_key_file = "/nowhere/at/all"')],
            "ACCOUNTS_FILE account 1: secret_key_file: the file cannot be read",
        ),
        ([account("dubai", 'secret_key = "sk_in_file"')] * 2, "slug dubai is given twice"),
        ([account("dubai", 'secret_key = "sk_in_file"\ncolour = "red"')], "ACCOUNTS_FILE account 1: colour: "),
    ],
)
def test_a_bad_accounts_file_is_told(tmp_path: Path, tables: list[str], words: str) -> None:
    with pytest.raises(BadSettings) as raised:
        load_settings(write_accounts(tmp_path, *tables))
    assert any(words in one for one in raised.value.problems)
    assert "sk_in_file" not in str(raised.value)


def test_an_accounts_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "ACCOUNTS_FILE: cannot be read as TOML" in problems(ACCOUNTS_FILE=str(tmp_path / "nowhere.toml"))


@pytest.mark.parametrize("write", [str, repr, lambda settings: settings.model_dump_json()])
def test_settings_keep_their_secrets_when_they_are_printed(write: Callable[[object], str]) -> None:
    text = write(load_settings({**LIVE, "METRICS_TOKEN": "metrics-token-4711", "AUDIT_OLD_KEYS": "k0:oldoldoldold"}))
    secrets = (KEY, KEY[::-1], LIVE["POSTPAY_SECRET_KEY"], "metrics-token-4711", "oldoldoldold")
    assert not [secret for secret in secrets if secret in text]


@pytest.mark.parametrize(
    "given",
    [
        {"POSTPAY_BASE_URL": "https://api.provider.example"},
        {"POSTPAY_BASE_URL": "http://192.0.2.7:8900"},
        {"POSTPAY_SECRET_KEY": "sk_live_0123456789abcdef"},
    ],
)
def test_a_real_provider_without_its_environment_is_not_taken_for_the_emulator(given: dict[str, str]) -> None:
    with pytest.raises(BadSettings) as raised:
        load_settings({**given, "POSTPAY_MERCHANT_ID": "id_of_the_shop"})
    assert any("embedded is for an emulator on this machine" in said for said in raised.value.problems)


def test_another_emulator_on_this_machine_may_be_named() -> None:
    settings = load_settings({"POSTPAY_BASE_URL": "http://127.0.0.1:9999", "POSTPAY_SECRET_KEY": "sk_test_other"})
    assert not settings.accounts[0].emulated
    assert settings.demo_users
