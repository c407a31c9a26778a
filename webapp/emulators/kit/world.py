"""What the kit needs of a provider's world: the object that is handed to every piece of its work."""

from __future__ import annotations

from typing import Protocol

from .deliveries import Deliveries
from .faults import Faults
from .requests_log import RequestLog
from .store import Store
from .throttle import Throttle


class World(Protocol):
    """The state of one running emulator; a provider's own has credentials, rules and settings besides."""

    store: Store
    throttle: Throttle
    deliveries: Deliveries
    faults: Faults
    log: RequestLog


def close(world: World) -> None:
    """Ends what runs beside the requests, then the data."""
    world.faults.close()
    world.deliveries.close()
    world.store.close()
