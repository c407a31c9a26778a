"""What goes over the wire: a request as it was sent, the answer to it, and a refusal not yet in anybody's words."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from string import printable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

HTML_TYPE = "text/html; charset=utf-8"
MAX_PARAMETERS = 1000
READING = ("GET", "HEAD", "OPTIONS")

_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


class Delivery(Enum):
    """How the bytes of an answer travel; all but WHOLE exist for the sake of faults."""

    WHOLE = "whole"
    CLOSED = "closed"
    RESET = "reset"
    TRUNCATED = "truncated"
    DRIPPED = "dripped"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was sent: path and query are raw, header names lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = "127.0.0.1"
    oversized: bool = False

    @property
    def parameters(self) -> dict[str, str]:
        """The query decoded; of a name given twice the last wins."""
        try:
            query = quote(self.query, safe=printable, encoding="latin-1")
            pairs = parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=MAX_PARAMETERS)
        except ValueError as error:
            raise Refusal("parse_error") from error
        return dict(pairs)

    @property
    def parts(self) -> list[str]:
        """The path cut at its slashes *before* decoding, for ids may hold an encoded slash."""
        try:
            return [unquote_to_bytes(part.encode("latin-1")).decode() for part in self.path.split("/")[1:]]
        except UnicodeError as error:
            raise Refusal("not_found") from error

    @property
    def host_name(self) -> str | None:
        """By which name this server was asked: a foreign one that leads here belongs to somebody else's page."""
        try:
            return urlsplit(f"//{self.headers.get('host', '')}").hostname
        except ValueError:
            return None

    def base_url(self, otherwise: str) -> str:
        """The address the caller used for this server, for links within answers."""
        host = self.headers.get("host", "")
        return f"http://{host}" if _HOST.fullmatch(host) else otherwise


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and how it is to be delivered; `pause` is the time in seconds that a dripped body takes.

    No type means that of the provider's JSON.
    """

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE
    pause: float = 0.0

    @classmethod
    def of(cls, data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
        return cls(status, as_json(data), headers=headers or {})

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        return replace(self, headers={**self.headers, **headers})


class Refusal(Exception):
    """Raised anywhere in the work; the provider puts it into its own shape and words.

    The kit itself says `parse_error`, `invalid` (with what is wrong by field), `not_found`, `method_not_allowed`,
    `permission_denied`, `unsupported_media_type`, `throttled` and `error`; a provider adds its own codes. Of one
    without a code it is only the status that counts.
    """

    def __init__(
        self,
        code: str | None,
        *,
        fields: Any = None,
        message: str | None = None,
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        self.code = code
        self.status = status
        self.message = message
        self.fields = fields
        self.headers = headers or {}
        super().__init__(code or str(status))


@dataclass(frozen=True, slots=True)
class Shapes:
    """How one provider speaks, for the parts of the kit that answer in its place.

    `name` is how the emulator calls the provider, `json_type` the type of its JSON answers, `refuse` its errors. `ids`
    and `amounts` are the fields of its answers that a fault falsifies to answer for another object or amount.
    """

    name: str
    json_type: str
    refuse: Callable[[Refusal], Answer]
    ids: tuple[str, ...] = ("id",)
    amounts: tuple[str, ...] = ("amount",)

    @property
    def agent(self) -> str:
        """Who it says it is, as a server and as a client."""
        return f"{self.name}-Sandbox"


def as_json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
