"""Where a webhook may lead (R55): https, a public name, a port of the list; nothing that ends inside a house.

Reading an address is pure. Whether its name leads to public machines only is asked of a resolver that is handed in;
whoever calls such an address itself must connect to one of the addresses that `public_addresses` gave.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit

LONGEST = 500
PORTS = (443, 8443)
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
RESOLVE_WITHIN = 3.0
"""Seconds that a name may take to be looked up."""

IPAddress = IPv4Address | IPv6Address
Resolve = Callable[[str], Iterable[str]]
"""A name to the texts of its addresses; none where there is no such name."""

_INNER = frozenset({
    "localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan", "arpa", "test",
    "invalid", "onion", "alt",
})  # fmt: skip
_MEANS_ANOTHER = frozenset("\u00df\u1e9e\u03c2\u200c\u200d")
"""Letters that the two standards of international names read as different names: straße.de and strasse.de."""
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}")
_OWN_TOKEN = re.compile(r"(/hooks/[a-z0-9-]{1,40}/)[A-Za-z0-9_%-]{20,}", re.ASCII)
_GLOBAL_V6 = IPv6Network("2000::/3")
_NOT_OF_A_SHOP = tuple(
    ip_network(text)
    for text in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "3fff::/20", "2002::/16", "2001::/32")
)
"""Global by the book, and yet no shop: a cloud's own services, relays, tunnels, documentation."""


class Problem(StrEnum):
    """Why an address is not taken."""

    NOT_ONE = "not_one"
    TOO_LONG = "too_long"
    NOT_HTTPS = "not_https"
    CREDENTIALS = "credentials"
    FRAGMENT = "fragment"
    NUMERIC = "numeric"
    NOT_PUBLIC = "not_public"
    PORT = "port"
    NOT_FOUND = "not_found"
    LEADS_INSIDE = "leads_inside"
    OWN = "own"


class BadAddress(ValueError):
    """A webhook must not lead there."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class HookAddress:
    """An address as it is sent to the provider: ASCII, small letters in its host, no port that is understood anyway."""

    url: str
    host: str
    port: int
    is_loopback: bool = False


def read_address(typed: str, *, loopback: bool = False) -> HookAddress:
    """What was typed, as an address that a webhook may have. Raises BadAddress.

    `loopback`: plain http to this machine is fine too, which is where the emulator delivers.
    """
    text = typed.strip()
    if len(text) > LONGEST:
        raise BadAddress(Problem.TOO_LONG)
    if not text or not text.isprintable() or any(mark in text for mark in ' \\"<>^`{|}'):
        raise BadAddress(Problem.NOT_ONE)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadAddress(Problem.NOT_ONE) from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadAddress(Problem.NOT_HTTPS if "://" in text else Problem.NOT_ONE)
    if "@" in parts.netloc:
        raise BadAddress(Problem.CREDENTIALS)
    if "#" in text:
        raise BadAddress(Problem.FRAGMENT)
    rest = _rest(parts.path, parts.query)
    written = parts.netloc.removesuffix(f":{port}").lower()
    if loopback and written in LOOPBACK:
        return HookAddress(f"{parts.scheme}://{parts.netloc.lower()}{rest}", written, _port(parts.scheme, port), True)
    if parts.scheme != "https":
        raise BadAddress(Problem.NOT_HTTPS)
    host = _public_name(written)
    if port == 0 or (port or 443) not in PORTS:
        raise BadAddress(Problem.PORT)
    shown = "" if port in (None, 443) else f":{port}"
    return HookAddress(f"https://{host}{shown}{rest}", host, port or 443)


def public_addresses(host: str, resolve: Resolve) -> tuple[str, ...]:
    """The addresses of a name, when each of them is public. Raises BadAddress."""
    found = tuple(resolve(host))
    if not found:
        raise BadAddress(Problem.NOT_FOUND)
    if not all(is_public(text) for text in found):
        raise BadAddress(Problem.LEADS_INSIDE)
    return found


def resolve_name(host: str) -> tuple[str, ...]:
    """The addresses of a name by the system's resolver, within RESOLVE_WITHIN seconds."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="resolve")
    try:
        looking = pool.submit(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
        return tuple({str(entry[4][0]) for entry in looking.result(RESOLVE_WITHIN)})
    except (OSError, UnicodeError, TookTooLong):
        return ()
    finally:
        pool.shutdown(wait=False)


def is_public(text: str) -> bool:
    """Whether an address is a public machine's, also when it is one in the clothes of another family."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return False
        if address not in _GLOBAL_V6:
            return False
    if any(address in network for network in _NOT_OF_A_SHOP):
        return False
    return address.is_global and not address.is_multicast


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are the same but for how they are written."""
    return one == other or _plain(one) == _plain(other)


def host_of(url: str) -> str:
    """The host of any address that the provider shows, for people; the whole text where it has none."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def without_tokens(url: str) -> str:
    """An address for the audit log: without its query, and without parts of its path that look like a key."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = "/".join("…" if _TOKEN.fullmatch(part) else part for part in parts.path.split("/"))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}{'?…' if parts.query else ''}"


def without_own_token(text: str) -> str:
    """A text without the token of an address at which a desk receives, whatever its host is called."""
    return _OWN_TOKEN.sub(r"\1…", text)


def _public_name(written: str) -> str:
    """The name in ASCII, if it is one that the whole world may know."""
    if written.startswith("["):
        raise BadAddress(Problem.NUMERIC)
    if _MEANS_ANOTHER & set(written):
        raise BadAddress(Problem.NOT_ONE)
    try:
        name = written.removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise BadAddress(Problem.NOT_ONE) from None
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        raise BadAddress(Problem.NUMERIC)
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadAddress(Problem.NOT_ONE)
    if len(labels) < 2 or labels[-1] in _INNER:
        raise BadAddress(Problem.NOT_PUBLIC)
    return name


def _rest(path: str, query: str) -> str:
    kept = "/%:@!$&'()*+,;=~-._"
    return quote(path, safe=kept) + (f"?{quote(query, safe=kept + '?')}" if query else "")


def _port(scheme: str, port: int | None) -> int:
    return port or (443 if scheme == "https" else 80)


def _plain(url: str) -> str:
    try:
        read = read_address(url, loopback=True)
    except BadAddress:
        return url
    return read.url.removesuffix("/")
