"""HTTP to one provider account: pooled, bounded in time and size, observed; only GET is ever repeated."""

from __future__ import annotations

import logging
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, IncompleteRead
from typing import TypeVar

import requests
import structlog
import urllib3
from requests.structures import CaseInsensitiveDict

from webapp.version import __version__

from .breaker import Breaker
from .deadline import Adapter, Exchange, current
from .errors import (
    AnswerLost,
    BreakerOpen,
    GatewayError,
    NoAnswer,
    NotSent,
    ProviderFailed,
    TooManyCalls,
    UnreadableAnswer,
)
from .headers import http_date, seconds_to_wait

T = TypeVar("T")

BACKOFF = (0.2, 0.8)
"""Seconds; the wait before each repetition of a GET is anything up to it (full jitter)."""
LONGEST_WAIT = 3.0
"""Seconds. A provider that asks for more gets its time, and the person an answer now."""
BULKHEAD_PATIENCE = 0.25

_log = structlog.get_logger("webapp.providers")
for _name in ("urllib3.connection", "urllib3.connectionpool"):
    logging.getLogger(_name).setLevel(logging.ERROR)  # below it, they write whole addresses

_USER_AGENT = f"postpay-desk/{__version__}"


@dataclass(frozen=True)
class TransportSettings:
    """How calls are made. Seconds and bytes.

    observe: called after each call with (account slug, endpoint, method, status or None, seconds, error class or None).
    request_id: the id of the request being served, sent on as X-Request-Id.
    """

    connect_timeout: float = 3.0
    deadline: float = 10.0
    body_limit: int = 2 * 1024 * 1024
    max_concurrent: int = 24
    ca_bundle: str | None = None
    observe: Callable[[str, str, str, int | None, float, str | None], object] | None = None
    request_id: Callable[[], str | None] | None = None


DEFAULT_TRANSPORT = TransportSettings()


@dataclass(frozen=True, slots=True, repr=False)
class Reach:
    """Which account is called, where (without a slash at the end), and the Authorization that opens it."""

    account: str
    root: str
    authorization: str


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """A request to make. `target` is path and query, already encoded; `deadline` in seconds, None for the default."""

    endpoint: str
    method: str
    target: str
    body: bytes | None = None
    deadline: float | None = None


@dataclass(frozen=True, slots=True, repr=False)
class HttpAnswer:
    """A 2xx or 4xx, whole, its body unread. `retry_after` in seconds."""

    status: int
    body: bytes
    retry_after: float | None = None


class Transport:
    """Calls one account's provider. Thread-safe; shared by all threads of a process."""

    def __init__(self, reach: Reach, settings: TransportSettings, *, accept: str) -> None:
        self._account = reach.account
        self._settings = settings
        self._root = reach.root
        origin = "/".join(reach.root.split("/", 3)[:3])
        self._adapter = Adapter(origin, connections=settings.max_concurrent, ca_bundle=settings.ca_bundle)
        self._headers = {
            "Accept": accept,
            "Accept-Encoding": "identity",
            "Authorization": reach.authorization,
            "User-Agent": _USER_AGENT,
        }
        self._places = threading.BoundedSemaphore(settings.max_concurrent)
        self._breaker = Breaker()
        self._last_date: tuple[str, datetime] | None = None

    @property
    def breaker_open(self) -> bool:
        return self._breaker.is_open

    @property
    def clock_skew(self) -> timedelta | None:
        """The provider's clock minus ours by its last Date header, which has whole seconds; None if never seen."""
        if self._last_date is None:
            return None
        header, here = self._last_date
        there = http_date(header)
        return there - here if there else None

    def close(self) -> None:
        """Lets the kept connections go; calls in flight end undisturbed."""
        self._adapter.close()

    def call(self, call: Call, read: Callable[[HttpAnswer], T]) -> T:
        """Makes the call and has `read` make sense of the answer. Raises GatewayError."""
        started = time.monotonic()
        status: int | None = None
        answer: HttpAnswer | None = None
        error: GatewayError | None = None
        try:
            answer = self._guarded(call, started)
            status = answer.status
            return read(answer)
        except GatewayError as failure:
            error = failure
            status = failure.status
            raise failure.light() from None
        finally:
            self._report(call, status, time.monotonic() - started, error)
            answer = error = None  # else this frame and the error hold each other, and the body with them

    def _guarded(self, call: Call, started: float) -> HttpAnswer:
        ends = started + (self._settings.deadline if call.deadline is None else call.deadline)
        if ends <= started:
            raise NotSent(call.endpoint, call.method, "not sent: no time is left")
        if not self._breaker.enter():
            raise BreakerOpen(call.endpoint, call.method, "not sent: the provider has not been answering")
        answered: bool | None = False
        try:
            outcome = self._repeated(call, ends)
            answered = _was_answered(outcome)
        finally:
            self._breaker.leave(answered=answered)
        if isinstance(outcome, GatewayError):
            raise outcome
        return outcome

    def _repeated(self, call: Call, ends: float) -> HttpAnswer | GatewayError:
        outcome = self._once(call, ends)
        for pause in BACKOFF if call.method == "GET" else ():
            if not _is_worth_repeating(outcome):
                return outcome
            asked = getattr(outcome, "retry_after", None) or 0.0
            wait = max(asked, random.uniform(0, pause))  # noqa: S311 - spreads load, guards nothing
            if wait > LONGEST_WAIT or time.monotonic() + wait >= ends:
                return outcome
            time.sleep(wait)
            again = self._once(call, ends)
            if isinstance(again, TooManyCalls):
                return outcome  # what the provider said, or did not say, tells more
            outcome = again
        return outcome

    def _once(self, call: Call, ends: float) -> HttpAnswer | GatewayError:
        if not self._places.acquire(timeout=BULKHEAD_PATIENCE):
            return TooManyCalls(call.endpoint, call.method, "not sent: too many calls wait for the provider")
        exchange = current.exchange = Exchange(self._settings.connect_timeout, ends)
        try:
            return self._exchange(call)
        except GatewayError as error:
            return error
        except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
            if exchange.sent:
                return AnswerLost(call.endpoint, call.method, f"answer lost: {_failure(error)}")
            return NotSent(call.endpoint, call.method, f"not sent: {_failure(error)}")
        finally:
            self._places.release()

    def _exchange(self, call: Call) -> HttpAnswer:
        request = requests.PreparedRequest()
        request.method = call.method
        request.url = self._root + call.target
        request.headers = CaseInsensitiveDict(self._headers_of(call))
        request.body = call.body
        raw = self._adapter.send(request, stream=True).raw
        try:
            return self._answer(call, raw)
        finally:
            raw.close()

    def _headers_of(self, call: Call) -> dict[str, str]:
        headers = dict(self._headers)
        if call.method != "GET":
            headers["Connection"] = "close"
            headers["Content-Length"] = str(len(call.body or b""))
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        request_id = self._request_id()
        if request_id:
            headers["X-Request-Id"] = request_id
        return headers

    def _request_id(self) -> str | None:
        given = self._settings.request_id() if self._settings.request_id else None
        return given if given and re.fullmatch(r"[A-Za-z0-9._-]{1,64}", given) else None

    def _answer(self, call: Call, raw: urllib3.BaseHTTPResponse) -> HttpAnswer:
        status = raw.status
        here = datetime.now(UTC)
        self._last_date = (raw.headers.get("Date", ""), here)
        retry_after = seconds_to_wait(raw.headers.get("Retry-After"), here)
        if status == 408 or not (200 <= status < 300 or 400 <= status < 500):
            raise ProviderFailed(call.endpoint, call.method, status=status, retry_after=retry_after)
        return HttpAnswer(status, self._body(call, raw), retry_after)

    def _body(self, call: Call, raw: urllib3.BaseHTTPResponse) -> bytes:
        limit = self._settings.body_limit
        if raw.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise UnreadableAnswer(
                call.endpoint, call.method, "packed, though we asked for it plain", status=raw.status
            )
        try:
            body = raw.read(limit + 1, decode_content=False)
        except urllib3.exceptions.ProtocolError as error:
            if not isinstance(_innermost(error), IncompleteRead):
                raise
            raise UnreadableAnswer(call.endpoint, call.method, "cut short", status=raw.status) from None
        if len(body) > limit:
            raise UnreadableAnswer(call.endpoint, call.method, "too large", status=raw.status)
        return body

    def _report(self, call: Call, status: int | None, seconds: float, error: GatewayError | None) -> None:
        kind = type(error).__name__ if error else None
        _log.info(
            "provider_call",
            account=self._account,
            endpoint=call.endpoint,
            method=call.method,
            status=status,
            ms=round(seconds * 1000, 1),
            error=kind,
            request_id=self._request_id(),
        )
        if self._settings.observe:
            self._settings.observe(self._account, call.endpoint, call.method, status, seconds, kind)


def _was_answered(outcome: HttpAnswer | GatewayError) -> bool | None:
    """Whether the provider as a whole seems to be there; None where it was not asked.

    A 500 is an answer: one order that makes the provider stumble must not hide all others. So is 429.
    """
    if isinstance(outcome, TooManyCalls):
        return None
    if isinstance(outcome, ProviderFailed):
        return outcome.status not in (502, 503, 504)
    return not isinstance(outcome, NoAnswer)


def _is_worth_repeating(outcome: HttpAnswer | GatewayError) -> bool:
    if isinstance(outcome, HttpAnswer):
        return outcome.status == 429
    if isinstance(outcome, ProviderFailed):
        return outcome.status >= 400
    return isinstance(outcome, NoAnswer) and not isinstance(outcome, TooManyCalls)


def _innermost(error: BaseException) -> BaseException:
    """What requests and urllib3 wrapped."""
    inner = getattr(error, "reason", None) or next(reversed(error.args), None)
    return _innermost(inner) if isinstance(inner, BaseException) else error


def _failure(error: BaseException) -> str:
    """The kind of failure; its text could hold an address."""
    return type(_innermost(error)).__name__
