"""Every setting of the desk, typed; `environment.py` reads them, `.env.example` documents each one."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from .accounts import Account
from .alert_rule_setting import AlertRule, Rule
from .oidc_roles_setting import OidcRoles, read_oidc_roles
from .refund_limits_setting import DEFAULT_LIMITS, Limits, RefundLimit, read_limits

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"

EMBEDDED_MERCHANT = "id_" + "0123456789abcdef" * 2
EMBEDDED_SECRET = "sk_test_" + "0123456789" * 4

LOOPBACK = "127.0.0.1"
ANCHOR_COPY = (
    r"^$|^/.+|^syslog(://[^/:@]+(:\d{1,5})?)?$|^https://[^/@]+(/.*)?$|^http://(127\.0\.0\.1|localhost)(:\d+)?(/.*)?$"
)
"""A file, the machine's syslog or that of a host (UDP), or an address that takes a POST."""
KEYS = ("secret_key", "audit_key", "anchor_key", "seal_key")


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _postgresql(value: object) -> object:
    """Some platforms hand out postgres://, which SQLAlchemy does not know."""
    return re.sub(r"^postgres(?=://|\+)", "postgresql", value) if isinstance(value, str) else value


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach a server that listens there."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Settings(BaseModel):
    """Everything an operator may set. Attribute `database_url` is the variable DATABASE_URL, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    accounts: Annotated[tuple[Account, ...], Field(min_length=1)]
    database_url: Annotated[str, BeforeValidator(_postgresql)] = f"sqlite:///{VAR / 'desk.sqlite3'}"
    secret_key: SecretStr
    audit_key: SecretStr
    audit_key_id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,16}$")] = "k1"
    audit_old_keys: SecretStr = SecretStr("")
    anchor_key: SecretStr
    seal_key: SecretStr
    seal_old_keys: SecretStr = SecretStr("")
    anchor_file: Path = VAR / "audit-anchors.jsonl"
    anchor_entries: Annotated[int, Field(ge=1, le=100_000)] = 100
    anchor_seconds: Annotated[int, Field(ge=1, le=86_400)] = 60
    anchor_copy: Annotated[str, Field(pattern=ANCHOR_COPY)] = ""

    host: str = LOOPBACK
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    web_workers: Annotated[int, Field(ge=1, le=64)] = 2
    web_threads: Annotated[int, Field(ge=1, le=256)] = 32
    trusted_hosts: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    proxy_hops: Annotated[int, Field(ge=0, le=5)] = 0
    cookie_secure: bool = True
    demo_users: bool = False
    debug: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_token: SecretStr = SecretStr("")

    oidc_issuer: str = ""
    oidc_name: str = "single sign-on"
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scopes: str = "openid email profile"
    oidc_roles_claim: str = "groups"
    oidc_roles: Annotated[OidcRoles, BeforeValidator(read_oidc_roles)] = {}
    oidc_acr: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    oidc_amr: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    password_sign_in: bool = True

    delivery_days: Annotated[int, Field(ge=1, le=730)] = 60

    search_days: Annotated[int, Field(ge=0, le=3650)] = 730
    search_prefixes: bool = True
    search_calls_a_minute: Annotated[int, Field(ge=0, le=6000)] = 60
    searches_an_hour: Annotated[int, Field(ge=1, le=10_000)] = 120

    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    alert_mail_from: str = ""
    alert_mail_to: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()
    alert_webhook: SecretStr = SecretStr("")
    alert_credentials: Rule = AlertRule(threshold=1, quiet_minutes=60)
    alert_provider: Rule = AlertRule(threshold=10, quiet_minutes=60)
    alert_refused: Rule = AlertRule(threshold=5, quiet_minutes=60)
    alert_forwards: Rule = AlertRule(threshold=5, quiet_minutes=60)
    alert_silence: Rule = AlertRule(threshold=1, quiet_minutes=240)

    sandbox_port: Annotated[int, Field(ge=0, le=65535)] = 8900
    sandbox_orders: Annotated[int, Field(ge=0, le=1_000_000)] = 500

    provider_connect_timeout: Annotated[float, Field(gt=0, le=30)] = 3.0
    provider_deadline: Annotated[float, Field(gt=0, le=60)] = 10.0
    provider_calls: Annotated[int, Field(ge=1, le=256)] = 24

    second_factor: Literal["required", "optional"] | None = None
    session_idle_minutes: Annotated[int, Field(ge=1, le=60)] = 15
    session_hours: Annotated[int, Field(ge=1, le=12)] = 12
    rotation_quiet_hours: Annotated[int, Field(ge=0, le=720)] = 24
    refund_limits: Annotated[Limits, BeforeValidator(read_limits)] = DEFAULT_LIMITS

    export_files_a_day: Annotated[int, Field(ge=1, le=10_000)] = 50
    export_megabytes_a_day: Annotated[int, Field(ge=1, le=1_000_000)] = 500
    least_free_megabytes: Annotated[int, Field(ge=0, le=100_000_000)] = 500

    payouts_by: Literal["moment", "day"] = "moment"

    check_captured_days: Annotated[int, Field(ge=1, le=365)] = 3
    check_refunded_days: Annotated[int, Field(ge=1, le=365)] = 3
    check_paid_days: Annotated[int, Field(ge=1, le=365)] = 14
    check_window_days: Annotated[int, Field(ge=7, le=730)] = 90

    @property
    def mails_alerts(self) -> bool:
        """Whether alerts go out by e-mail."""
        return bool(self.smtp_host and self.alert_mail_from and self.alert_mail_to)

    @property
    def all_embedded(self) -> bool:
        """Whether no account reaches anything but an emulator: the only place for demo users."""
        return all(account.is_embedded for account in self.accounts)

    @property
    def is_reachable(self) -> bool:
        """Whether others than this machine can reach the desk, by themselves or through a proxy."""
        return self.proxy_hops > 0 or not is_loopback(self.host)

    @property
    def requires_second_factor(self) -> bool:
        """Of agents, finance and admins: everywhere but where nothing is real, and there too if it is asked for."""
        return not self.all_embedded if self.second_factor is None else self.second_factor == "required"

    def limit(self, role: str | None, currency: str) -> RefundLimit | None:
        """What a role may refund in a currency, or None where nothing was allowed."""
        return self.refund_limits.get(role or "", {}).get(currency)
