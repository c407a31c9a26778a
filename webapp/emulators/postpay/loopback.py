"""Whether a host is this machine."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
