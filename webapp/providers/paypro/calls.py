"""How calls to PayPro are made: a page of a list, one thing, a change of one."""

from __future__ import annotations

from typing import TypeVar

from pydantic import SecretStr

from webapp.providers.http.account_client import AccountClient
from webapp.providers.http.answered import Answered
from webapp.providers.http.reading import Reader, read_one
from webapp.providers.http.transport import Call, Reach, TransportSettings

from .errors import refusal
from .lists import query, read_page
from .models import Page

T = TypeVar("T")
Thing = TypeVar("Thing", bound=Answered)


class Calls(AccountClient):
    """Speaks for one account, named by its slug, at `root`."""

    def __init__(self, account: str, root: str, api_key: SecretStr, transport: TransportSettings) -> None:
        reach = Reach(account, root.rstrip("/"), f"Bearer {api_key.get_secret_value()}")
        super().__init__(reach, transport, accept="application/json")

    def _list(
        self, endpoint: str, target: str, row: type[Thing], cursor: str | None, limit: int, deadline: float | None
    ) -> Page[Thing]:
        call = Call(endpoint, "GET", target + query(cursor, limit), deadline=deadline)
        return self._call(call, read_page(row, limit))

    def _get(self, endpoint: str, target: str, model: type[Thing], thing_id: str, deadline: float | None) -> Thing:
        """One thing, which must be the one that was asked for."""
        return self._change(endpoint, "GET", target, model, thing_id, deadline)

    def _change(
        self,
        endpoint: str,
        method: str,
        target: str,
        model: type[Thing],
        thing_id: str,
        deadline: float | None,
        body: bytes | None = None,
    ) -> Thing:
        return self._call(Call(endpoint, method, target, body, deadline), read_one(model, refusal, id=thing_id))

    def _call(self, call: Call, read: Reader[T]) -> T:
        return self._transport.call(call, lambda answer: read(call, answer))
