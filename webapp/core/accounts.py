"""Merchant accounts: whose orders the desk shows, at which provider, with which credentials.

The account's slug stands in every address and in every row of the database, so two tabs can show two
merchants and nobody acts on live while thinking of the sandbox.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, field_validator

LIVE_KEY_LENGTH = 20


class Environment(StrEnum):
    """Where the money is: nowhere (embedded emulator, provider's sandbox) or real (live)."""

    EMBEDDED = "embedded"
    SANDBOX = "sandbox"
    LIVE = "live"


class Account(BaseModel):
    """One merchant account at one provider, as configured; never changes while the desk runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")]
    title: Annotated[str, Field(min_length=1, max_length=80)]
    gateway: Literal["postpay"] = "postpay"
    environment: Environment
    base_url: HttpUrl
    merchant_id: Annotated[str, Field(min_length=1, max_length=200)]
    secret_key: SecretStr
    time_zone: str = "Asia/Dubai"
    emulated: bool = False
    """Whether nobody named a provider, so that `flask up` starts the emulator for it."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not a time zone such as Asia/Dubai")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def api_root(self) -> str:
        """The base address without a slash at its end."""
        return str(self.base_url).rstrip("/")

    @property
    def is_live(self) -> bool:
        return self.environment is Environment.LIVE

    @property
    def is_embedded(self) -> bool:
        return self.environment is Environment.EMBEDDED

    def dangers(self) -> list[str]:
        """What is well-formed but must not run, in words without values."""
        address, secret = self.base_url, self.secret_key.get_secret_value()
        is_here = address.host in ("127.0.0.1", "localhost", "[::1]")
        found = {
            "the base address must be https": address.scheme != "https" and (self.is_live or not is_here),
            "the base address must end before any ? or #": bool(address.query or address.fragment),
            "the base address must not hold credentials": bool(address.username or address.password),
            "embedded is for an emulator on this machine; set the environment to sandbox or live": (
                self.environment is Environment.EMBEDDED and (not is_here or secret.startswith("sk_live_"))
            ),
            "the secret key is not one of a live account": (
                self.is_live and (len(secret) < LIVE_KEY_LENGTH or secret.startswith("sk_test_"))
            ),
        }
        return [f"{self.slug}: {words}" for words, is_so in found.items() if is_so]
