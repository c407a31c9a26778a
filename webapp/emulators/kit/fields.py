"""Checks of fields that providers have in common."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from . import clock
from .messages import is_loopback
from .validation import Invalid, moment, url

_EMAIL = re.compile(r"[^@\s\x00-\x20<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+\.[^@\s.<>()\[\],;:\\\"]+")
_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)


def boolean(value: Any) -> bool:
    """True and false, also as the 1 and 0 of the official client, and as text."""
    if isinstance(value, str):
        value = {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)
    if isinstance(value, bool) or (type(value) is int and value in (0, 1)):
        return bool(value)
    raise Invalid("Must be a valid boolean.")


def country(value: Any) -> str:
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value):
        raise Invalid(f'"{value}" is not a valid choice.')
    return value


def email(value: Any) -> str:
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        raise Invalid("Enter a valid email address.")
    return value


def receiver(value: Any) -> str:
    """An address to deliver to: https, or plain http on this machine, where tests have their receivers."""
    address: str = url("http", "https")(value)
    parts = urlsplit(address)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Invalid("The URL must use https.")
    return address


def instant(value: Any) -> int:
    """A moment in microseconds; no empty one."""
    spoken = moment(value)
    if not spoken:
        raise Invalid("Datetime has wrong format.")
    return clock.parse_moment(spoken)


def anything(value: Any) -> Any:
    return value
