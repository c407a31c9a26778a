"""Everything one sandbox consists of, handed to every piece of work; and one call of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.emulators.kit import clock
from webapp.emulators.kit.deliveries import Deliveries
from webapp.emulators.kit.faults import Faults
from webapp.emulators.kit.json_body import read_json
from webapp.emulators.kit.messages import Request
from webapp.emulators.kit.requests_log import RequestLog
from webapp.emulators.kit.store import Store
from webapp.emulators.kit.throttle import Throttle
from webapp.emulators.kit.validation import Field, validate

REFUND_CAPS = ("whole", "refunded", "racy")
CANCEL_RACES = ("executed", "answered")
TRICKS = ("lost", "twice", "late", "unsigned", "form")


@dataclass
class Quirks:
    """What this provider does wrong until told otherwise.

    `reason_length`: so much of a refund's reason is kept (0: it is dropped). `refund_cap`: what the limit of refunds
    counts: the `whole`, those `refunded` only, or `racy`: counted, then added without looking again. `cancel_race`:
    a refund that is being canceled is paid at the same moment, and this is said (`executed`) or the answer is that
    it was canceled (`answered`). `count_zero`: lists say that they have no rows. `link_host`: where the links to
    other pages lead. `tricks`: what befalls the next deliveries, one each. `waits`: seconds between their tries.
    """

    reason_length: int | None = None
    refund_cap: str = "whole"
    cancel_race: str | None = None
    count_zero: bool = False
    link_host: str | None = None
    tricks: list[str] = field(default_factory=list)
    waits: Sequence[float] = (1.0, 5.0, 25.0)


@dataclass
class World:
    """The state of one sandbox. `ahead` is how far its clock is ahead of ours, in microseconds.

    An account is the place of its key in `keys`. Reads that lag are given a copy whose store is not `present`.
    """

    store: Store
    keys: Sequence[str]
    throttle: Throttle
    deliveries: Deliveries
    address: str = ""
    ahead: int = 0
    quirks: Quirks = field(default_factory=Quirks)
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)

    def __post_init__(self) -> None:
        self._present = self.store

    @property
    def lags(self) -> bool:
        return self.store is not self._present

    def now(self) -> int:
        return clock.now() + self.ahead


@dataclass(frozen=True, slots=True)
class Call:
    """An authenticated request of an account; `ids` are the variable parts of the path, decoded."""

    world: World
    request: Request
    account: int
    ids: tuple[str, ...] = ()

    @property
    def base_url(self) -> str:
        """The address the caller used for this server, for links within answers."""
        return self.request.base_url(self.world.address)

    def given(self, fields: Mapping[str, Field]) -> dict[str, Any]:
        """The body, checked. An empty object may come as `[]`: PHP writes it so."""
        data = read_json(self.request)
        return validate({} if data == [] else data, fields)
