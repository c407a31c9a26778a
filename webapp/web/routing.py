"""Addresses: the account as an object, provider ids that may hold anything, and the path as it was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from flask import Flask, current_app, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, IntegerConverter, Map, ValidationError

from webapp.core.accounts import Account
from webapp.core.provider_id import is_provider_id
from webapp.core.settings import Settings


class ProviderId(BaseConverter):
    """An order's or refund's id, chosen by the shop: spaces, slashes, Arabic, but no `.`, `..` or control character."""

    regex = r"[^/]+"
    part_isolating = True

    def to_python(self, value: str) -> str:
        try:
            text = unquote_to_bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            raise ValidationError from None
        if not is_provider_id(text):
            raise ValidationError
        return text

    def to_url(self, value: Any) -> str:
        return quote(str(value), safe="")


class RowId(IntegerConverter):
    """The number of a row of our own: no larger than what PostgreSQL's integers hold, else there is no such page."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, min=1, max=2**31 - 1)


class RawPath:
    """Routes on the path as it was sent, percent signs and all: WSGI's decoded one turns `a%2Fb` into two parts."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
        if raw and raw.startswith("/"):
            environ["PATH_INFO"] = raw.partition("?")[0]
        return self.app(environ, start_response)


def init_app(app: Flask, settings: Settings) -> None:
    """Teaches the URL map our converters and trusts the configured number of proxies, none by default."""
    accounts = {account.slug: account for account in settings.accounts}
    app.extensions["accounts"] = accounts

    class AccountSlug(BaseConverter):
        regex = r"[a-z0-9-]{1,40}"
        part_isolating = True

        def to_python(self, value: str) -> Account:
            if value not in accounts:
                raise ValidationError
            return accounts[value]

        def to_url(self, value: Account | str) -> str:
            return value.slug if isinstance(value, Account) else value

    app.url_map.converters["account"] = AccountSlug
    app.url_map.converters["provider_id"] = ProviderId
    app.url_map.converters["row_id"] = RowId
    app.url_map.merge_slashes = False
    app.before_request(_remember_account)
    app.wsgi_app = RawPath(app.wsgi_app)  # type: ignore[method-assign]
    if hops := settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _remember_account() -> None:
    g.account = (request.view_args or {}).get("account") or _account_of_refused_method()


def _account_of_refused_method() -> Account | None:
    """The account of an address that exists for other methods; one of an account that does not exist is a plain 404."""
    refusal = request.routing_exception
    if not isinstance(refusal, MethodNotAllowed) or not refusal.valid_methods:
        return None
    adapter = current_app.create_url_adapter(request)
    try:
        _, values = adapter.match(method=next(iter(refusal.valid_methods)))  # type: ignore[union-attr]
    except HTTPException:
        request.routing_exception = NotFound()
        return None
    return values.get("account")
