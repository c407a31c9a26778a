"""Everything one sandbox consists of, handed to every piece of work; and one call of the API."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from .deliveries import Deliveries
from .faults import Faults
from .gate import Throttle
from .messages import Request
from .requests_log import RequestLog
from .store import Store

# The order in which a refund is checked. The provider's is unknown, so tests may change it.
REFUND_CHECKS = ("invalid_status", "conflict", "limit_exceeded")
# By which names transactions are filtered by their payout: the newer document's and the older one's.
PAYOUT_NAMES = ("payment", "paid")

_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")


@dataclass
class World:
    """The state of one sandbox. `permissions` says of a merchant `all`, `read` or `none`; unnamed means all."""

    store: Store
    credentials: dict[str, str]
    throttle: Throttle
    address: str = ""
    refund_checks: Sequence[str] = REFUND_CHECKS
    payout_names: Sequence[str] = PAYOUT_NAMES
    permissions: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    deliveries: Deliveries = field(init=False)
    deliver_anywhere: bool = False

    def __post_init__(self) -> None:
        self.deliveries = Deliveries(self.store, anywhere=self.deliver_anywhere)

    def base_url(self, request: Request) -> str:
        """The address the caller used for this server, for links within answers."""
        host = request.headers.get("host", "")
        return f"http://{host}" if _HOST.fullmatch(host) else self.address


@dataclass(frozen=True, slots=True)
class Call:
    """An authenticated request: `merchant` is its row's key, `ids` are the variable parts of the path, decoded."""

    world: World
    request: Request
    merchant: int
    ids: tuple[str, ...] = ()

    def order(self, db: sqlite3.Connection) -> sqlite3.Row | None:
        sql = "SELECT * FROM orders WHERE merchant = ? AND order_id = ?"
        row: sqlite3.Row | None = db.execute(sql, (self.merchant, self.ids[0])).fetchone()
        return row
