"""Everything one sandbox consists of, handed to every piece of work; and one call of the API."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from webapp.emulators.kit.deliveries import Deliveries
from webapp.emulators.kit.faults import Faults
from webapp.emulators.kit.messages import Request
from webapp.emulators.kit.requests_log import RequestLog
from webapp.emulators.kit.store import Store
from webapp.emulators.kit.throttle import Throttle

# The order in which a refund is checked. The provider's is unknown, so tests may change it.
REFUND_CHECKS = ("invalid_status", "conflict", "limit_exceeded")
# By which names transactions are filtered by their payout: the newer document's and the older one's.
PAYOUT_NAMES = ("payment", "paid")


@dataclass
class World:
    """The state of one sandbox. `permissions` says of a merchant `all`, `read` or `none`; unnamed means all."""

    store: Store
    credentials: dict[str, str]
    throttle: Throttle
    deliveries: Deliveries
    address: str = ""
    refund_checks: Sequence[str] = REFUND_CHECKS
    payout_names: Sequence[str] = PAYOUT_NAMES
    permissions: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)


@dataclass(frozen=True, slots=True)
class Call:
    """An authenticated request: `merchant` is its row's key, `ids` are the variable parts of the path, decoded."""

    world: World
    request: Request
    merchant: int
    ids: tuple[str, ...] = ()

    @property
    def base_url(self) -> str:
        """The address the caller used for this server, for links within answers."""
        return self.request.base_url(self.world.address)

    def order(self, db: sqlite3.Connection) -> sqlite3.Row | None:
        sql = "SELECT * FROM orders WHERE merchant = ? AND order_id = ?"
        row: sqlite3.Row | None = db.execute(sql, (self.merchant, self.ids[0])).fetchone()
        return row
