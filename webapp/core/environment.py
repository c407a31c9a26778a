"""Settings from the environment and `.env`: the only file that reads os.environ.

Every setting NAME may instead be given as NAME_FILE, the path of a file that holds the value.
Problems name the setting and never print its value.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError

from .accounts import Account, Environment
from .settings import EMBEDDED_MERCHANT, EMBEDDED_SECRET, KEYS, LOOPBACK, ROOT, VAR, Settings, is_loopback
from .settings_checks import dangers


class BadSettings(Exception):
    """The desk does not start: `problems` says what is wrong with which setting, without values."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Reads the environment, `.env` and the accounts file. Raises BadSettings with all problems at once."""
    if environ is None:
        environ = {**{k: v for k, v in dotenv_values(ROOT / ".env").items() if v}, **os.environ}
    problems: list[str] = []
    values = _named_values(environ, problems)
    accounts = _accounts(environ, values, problems)
    embedded = bool(accounts) and all(one.is_embedded for one in accounts)
    if embedded:
        values = {**_embedded_defaults(values), **values}
    try:
        settings = Settings.model_validate({**values, "accounts": accounts or ()})
    except ValidationError as error:
        problems += [
            f"{_place(item).upper()}: {_complaint(item)}" for item in error.errors() if item["loc"] != ("accounts",)
        ]
        raise BadSettings(problems) from None
    problems += dangers(settings)
    if environ.get("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no") and not settings.all_embedded:
        problems.append("FLASK_DEBUG: only where every account is embedded")
    if problems:
        raise BadSettings(problems)
    return settings


def _named_values(environ: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    """The raw text of every setting that was given, directly or as NAME_FILE."""
    names = [name for name in Settings.model_fields if name != "accounts"]
    found = {name: _value(environ, name.upper(), problems) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _value(environ: Mapping[str, str], name: str, problems: list[str]) -> str | None:
    path = environ.get(f"{name}_FILE")
    return _content(path, f"{name}_FILE", problems) if path else environ.get(name) or None


def _content(path: str, name: str, problems: list[str]) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        problems.append(f"{name}: the file cannot be read")
        return None


def _place(item: Any) -> str:
    return ".".join(str(part) for part in item["loc"])


def _complaint(item: Any) -> str:
    return "is missing" if item["type"] == "missing" else str(item["msg"]).removeprefix("Value error, ")


def _accounts(environ: Mapping[str, str], values: Mapping[str, str], problems: list[str]) -> tuple[Account, ...]:
    path = environ.get("ACCOUNTS_FILE")
    described = _accounts_in_file(Path(path), problems) if path else [_account_in_environment(environ, problems)]
    accounts = []
    for number, one in enumerate(described, start=1):
        faults: list[str] = []
        account = _account(one, {} if path else _POSTPAY, environ, values, faults)
        problems += [f"ACCOUNTS_FILE account {number}: {fault}" if path else fault for fault in faults]
        if account is not None:
            accounts.append(account)
    slugs = [account.slug for account in accounts]
    problems += [f"ACCOUNTS_FILE: slug {slug} is given twice" for slug in {s for s in slugs if slugs.count(s) > 1}]
    return tuple(accounts)


_POSTPAY = {
    "slug": "POSTPAY_ACCOUNT",
    "title": "POSTPAY_TITLE",
    "environment": "POSTPAY_ENVIRONMENT",
    "base_url": "POSTPAY_BASE_URL",
    "merchant_id": "POSTPAY_MERCHANT_ID",
    "secret_key": "POSTPAY_SECRET_KEY",
    "time_zone": "POSTPAY_TIME_ZONE",
}
"""The variables of the one account that needs no file."""


def _account_in_environment(environ: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    given = {field: _value(environ, name, problems) for field, name in _POSTPAY.items()}
    return {field: value for field, value in given.items() if value is not None}


def _accounts_in_file(path: Path, problems: list[str]) -> list[dict[str, Any]]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        problems.append("ACCOUNTS_FILE: cannot be read as TOML")
        return []
    accounts = document.get("account")
    if not isinstance(accounts, list) or not accounts or not all(isinstance(one, dict) for one in accounts):
        problems.append("ACCOUNTS_FILE: has no [[account]] table")
        return []
    return accounts


def _account(
    given: dict[str, Any],
    names: Mapping[str, str],
    environ: Mapping[str, str],
    values: Mapping[str, str],
    problems: list[str],
) -> Account | None:
    """One account, with the embedded defaults. Problems name what is wrong as `names` spell it, or as in the file."""
    given = dict(given)
    given.setdefault("environment", Environment.EMBEDDED)
    given.setdefault("slug", "demo")
    given.setdefault("title", str(given["slug"]).replace("-", " ").capitalize())
    if not _take_secret(given, environ, problems):
        return None
    given["emulated"] = given["environment"] == Environment.EMBEDDED and "base_url" not in given
    if given["environment"] == Environment.EMBEDDED:
        given.setdefault("base_url", f"http://127.0.0.1:{values.get('sandbox_port', 8900)}")
        given.setdefault("merchant_id", EMBEDDED_MERCHANT)
        given.setdefault("secret_key", EMBEDDED_SECRET)
    try:
        return Account.model_validate(given)
    except ValidationError as error:
        problems += [f"{names.get(_place(item), _place(item))}: {_complaint(item)}" for item in error.errors()]
        return None


def _take_secret(given: dict[str, Any], environ: Mapping[str, str], problems: list[str]) -> bool:
    """Reads a secret that is named (`secret_key_env`) or filed (`secret_key_file`); whether it is there."""
    name, path = given.pop("secret_key_env", None), given.pop("secret_key_file", None)
    before = len(problems)
    if name is not None:
        given["secret_key"] = _value(environ, str(name), problems)
    if path is not None:
        given["secret_key"] = _content(str(path), "secret_key_file", problems)
    if given.get("secret_key", "") is None and len(problems) == before:
        problems.append(f"secret_key_env: {name} is not set")
    return len(problems) == before


def _embedded_defaults(given: Mapping[str, str]) -> dict[str, str]:
    """What makes one command enough: keys kept under var/, the local hosts, the demo users.

    Where only this machine is served there is no https, and Safari keeps no `Secure` cookie without.
    """
    keys = {name: _kept_key(name) for name in KEYS if name not in given}
    secure = str(not is_loopback(given.get("host", LOOPBACK))).lower()
    return {**keys, "trusted_hosts": "localhost,127.0.0.1,[::1]", "demo_users": "true", "cookie_secure": secure}


def _kept_key(name: str) -> str:
    """A random key, made once and kept readable for its owner only; safe when two processes start at once."""
    path = VAR / "keys" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_hex(32), encoding="ascii")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii")


def _keep_files_private() -> None:
    """From now on nobody else can read what this process writes; var/ is its owner's alone, whoever made it."""
    os.umask(0o077)
    if VAR.is_dir():
        with suppress(PermissionError):  # somebody else's, who may have reasons
            VAR.chmod(0o700)


def settings_or_exit() -> Settings:
    """The settings of this process, or its end with the list of what is wrong on standard error."""
    _keep_files_private()
    try:
        return load_settings()
    except BadSettings as error:
        raise SystemExit("The desk cannot start:\n" + "\n".join(f"- {one}" for one in error.problems)) from None
