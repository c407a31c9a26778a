"""Whether an address leads back to the desk: what is sent on there would be delivered to it, and sent on again.

An address that holds the token of one of the desk's receivers is its own by whatever name. So is each of the desk's
names, its port on this machine, and another name for the machine that the desk's names lead to, where its path is that
of a receiver. Another site on the same machine, behind the same proxy, is not.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from sqlalchemy import select

from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.settings import Settings
from webapp.models.delivery import Receiver

from .address import HookAddress, Resolve
from .deliveries.ingest import token_digest

_PATH = re.compile(r"/hooks/([a-z0-9-]{1,40})/([^/]+)/?")


def is_own_address(
    address: HookAddress, found: Iterable[str], settings: Settings, *, resolve: Resolve, asked_at: str = ""
) -> bool:
    """`found` are the addresses of its name; `asked_at`: the host (and port) at which a person reaches the desk."""
    here, port = _host_and_port(asked_at)
    if _holds_token(address.url):
        return True
    if address.is_loopback:
        return address.port in {settings.port, port}
    names = {_host_and_port(name)[0] for name in settings.trusted_hosts} | {settings.host, here}
    if address.host in names:
        return True
    found = set(found)
    if address.port == settings.port and any(_is_of_this_machine(one) for one in found):
        return True
    path = _PATH.fullmatch(urlsplit(address.url).path)
    if path is None or path[1] not in {account.slug for account in settings.accounts}:
        return False
    return any(found & set(resolve(name)) for name in sorted(names) if "." in name)


def _holds_token(url: str) -> bool:
    path = _PATH.fullmatch(unquote(urlsplit(url).path))
    if path is None:
        return False
    known = db.session.scalar(select(Receiver.id).where(Receiver.token_hash == token_digest(path[2])))
    release()
    return known is not None


def _host_and_port(text: str) -> tuple[str, int | None]:
    """Of what stands in a Host header or in TRUSTED_HOSTS."""
    try:
        parts = urlsplit(f"//{text}")
        return (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        return "", None


def _is_of_this_machine(address: str) -> bool:
    """Only an address of one's own can be bound; nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as bound:
            bound.bind((address, 0))
    except OSError:
        return False
    return True
