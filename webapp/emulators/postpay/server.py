"""The provider's emulator, to be started within a test or by `python -m`.

with Sandbox(orders=0, credentials=[("id_…", "sk_test_…")]) as sandbox:
    requests.get(f"{sandbox.base_url}/orders", auth=(sandbox.merchant_id, sandbox.secret_key))
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from webapp.emulators.kit import clock
from webapp.emulators.kit.deliveries import Deliveries
from webapp.emulators.kit.messages import Shapes
from webapp.emulators.kit.server import Emulator
from webapp.emulators.kit.throttle import Throttle

from . import api, control, errors, seed
from .store import open_store
from .world import World

MERCHANT_ID = "id_" + "0123456789abcdef" * 2
SECRET_KEY = "sk_test_" + "0123456789" * 4
SHAPES = Shapes(
    name="Postpay",
    json_type="application/vnd.api+json",
    refuse=errors.answer,
    ids=("refund_id", "order_id", "id"),
    amounts=("amount", "total_amount"),
)


class Sandbox(Emulator[World]):
    """The kit's emulator, made to be this provider.

    `credentials` are pairs of merchant id and secret; each merchant has `orders` orders of its own, made up from `seed`
    with the newest at `end` (default: now). With `db`, a file, data is kept and made up only where there is none.
    `throttle` is a rate as `60/min`. Port 0 takes a free one.
    """

    def __init__(
        self,
        *,
        orders: int = 500,
        seed: int = 1,
        end: datetime | None = None,
        credentials: Sequence[tuple[str, str]] | None = None,
        throttle: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        db: str | Path | None = None,
        deliver_anywhere: bool = False,
    ) -> None:
        super().__init__(SHAPES, api.answer, control.ROUTES, self._make_world, host=host, port=port)
        self.credentials = list(credentials or [(MERCHANT_ID, SECRET_KEY)])
        self.merchant_id, self.secret_key = self.credentials[0]
        self._seed = (orders, seed, clock.micros(end) if end else clock.now())
        self._db = db
        self._throttle = Throttle(throttle)
        self._deliver_anywhere = deliver_anywhere

    def _make_world(self, address: str) -> World:
        world = World(
            store=open_store(self._db),
            credentials=dict(self.credentials),
            throttle=self._throttle,
            deliveries=Deliveries(SHAPES.agent, anywhere=self._deliver_anywhere),
            address=address,
        )
        orders, number, end = self._seed
        seed.fill(world.store, list(world.credentials), orders=orders, seed=number, end=end)
        return world
