"""Settings that are well-formed but must not run: weak keys, a wildcard as host, the demo beside real money."""

from __future__ import annotations

import re
from importlib.util import find_spec
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from .settings import KEYS, Settings, is_loopback

SHORTEST_TOKEN = 16

_MAIL_ADDRESS = re.compile(r"[!#-'*+./0-9=?A-Z^_`a-z{|}~-]+@[0-9A-Za-z.-]+", re.ASCII)
"""Also names that only a house's own mail server knows: root@localhost, ops@shop.internal."""


def dangers(settings: Settings) -> list[str]:
    """What is well-formed but must not run."""
    keys = {name: getattr(settings, name).get_secret_value() for name in KEYS}
    problems = [
        f"{name.upper()}: is too short or a sample; use 32 random bytes, for example `openssl rand -hex 32`"
        for name, key in keys.items()
        if _is_weak(key)
    ]
    given = list(keys.values())
    problems += [
        f"{name.upper()}: must differ from the other keys"
        for number, (name, key) in enumerate(keys.items())
        if key in given[:number]
    ]
    if not _is_database(settings.database_url):
        problems.append("DATABASE_URL: is no address of the form sqlite:///FILE or postgresql://USER@HOST/DATABASE")
    problems += _of_alerts(settings) + _of_oidc(settings)
    for account in settings.accounts:
        problems += account.dangers()
    if settings.all_embedded:
        return problems
    if not settings.trusted_hosts or any("*" in host or host.startswith(".") for host in settings.trusted_hosts):
        problems.append("TRUSTED_HOSTS: name the desk's own hosts, without a wildcard")
    problems += [
        f"{name}: only where every account is embedded"
        for name, is_on in (
            ("DEMO_USERS", settings.demo_users),
            ("DEBUG", settings.debug),
            ("COOKIE_SECURE", not settings.cookie_secure),
            ("SECOND_FACTOR=optional", settings.second_factor == "optional"),
        )
        if is_on
    ]
    token = settings.metrics_token.get_secret_value()
    if settings.proxy_hops and not token:
        problems.append("METRICS_TOKEN: is needed behind a proxy (PROXY_HOPS), where nobody asks from this machine")
    if token and len(token) < SHORTEST_TOKEN:
        problems.append(f"METRICS_TOKEN: is too short; {SHORTEST_TOKEN} characters at least")
    return problems


def _of_alerts(settings: Settings) -> list[str]:
    """A half-given way for alerts is none, and whoever relies on it would find out too late."""
    problems = []
    given = {"SMTP_HOST": settings.smtp_host, "ALERT_MAIL_FROM": settings.alert_mail_from}
    given["ALERT_MAIL_TO"] = ",".join(settings.alert_mail_to)
    if any(given.values()):
        problems += [f"{name}: is needed for alerts by e-mail" for name, value in given.items() if not value]
    problems += [
        f"{name}: holds what is no e-mail address"
        for name in ("ALERT_MAIL_FROM", "ALERT_MAIL_TO")
        if not all(_MAIL_ADDRESS.fullmatch(one) for one in given[name].split(",") if one)
    ]
    if settings.smtp_security == "none" and settings.smtp_password.get_secret_value():
        problems.append("SMTP_SECURITY: with a password it must be starttls or tls")
    webhook = settings.alert_webhook.get_secret_value()
    if webhook and not (webhook.startswith("https://") or (settings.all_embedded and webhook.startswith("http://"))):
        problems.append("ALERT_WEBHOOK: must start with https://")
    return problems


def _of_oidc(settings: Settings) -> list[str]:
    """An OpenID provider is named whole, or not at all; roles are given on accounts that there are."""
    issuer = settings.oidc_issuer
    if not issuer:
        return [] if settings.password_sign_in else ["PASSWORD_SIGN_IN: cannot be off without OIDC_ISSUER"]
    parts = urlsplit(issuer)
    is_safe = parts.scheme == "https" or (settings.all_embedded and is_loopback(parts.hostname or ""))
    needed = {"OIDC_CLIENT_ID": settings.oidc_client_id}
    needed["OIDC_CLIENT_SECRET"] = settings.oidc_client_secret.get_secret_value()
    slugs = {"*", *(account.slug for account in settings.accounts)}
    strangers = {slug for roles in settings.oidc_roles.values() for slug in roles} - slugs
    found = {
        "OIDC_ISSUER: must be an https address without ? or #": not is_safe or bool(parts.query or parts.fragment),
        "OIDC_ISSUER: install the extra first: pip install 'authlib~=1.9'": find_spec("authlib") is None,
        "OIDC_SCOPES: must hold openid": "openid" not in settings.oidc_scopes.split(),
        "OIDC_ROLES: names an account that there is not": bool(strangers),
        **{f"{name}: is needed with OIDC_ISSUER": not value for name, value in needed.items()},
    }
    return [words for words, is_so in found.items() if is_so]


def _is_database(address: str) -> bool:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return False
    return url.drivername in ("sqlite", "sqlite+pysqlite") or url.get_backend_name() == "postgresql"


_SAMPLE_WORDS = ("change", "example", "sample", "secret", "password", "default", "dev-", "your")


def _is_weak(key: str) -> bool:
    key = key.strip().lower()
    repeats = (key + key).find(key, 1) < 16
    return len(key) < 32 or len(set(key)) < 10 or repeats or any(word in key for word in _SAMPLE_WORDS)
