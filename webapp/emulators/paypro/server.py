"""The provider's emulator, to be started within a test or by `python -m`.

with Sandbox(payments=0, keys=["pp_…"]) as sandbox:
    requests.get(f"{sandbox.base_url}/payments", headers={"Authorization": f"Bearer {sandbox.api_key}"})
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

API_KEY = "pp_" + "Sandbox0" * 4
SHAPES = Shapes(name="PayPro", json_type="application/json", refuse=errors.answer)


class Sandbox(Emulator[World]):
    """The kit's emulator, made to be this provider.

    Each key opens an account with `payments` payments of its own and what belongs to them, made up from `seed`, the
    newest at `end` (default: now), where its clock begins. With `db`, a file, data is kept and made up only where
    there is none. `throttle` is a rate as `60/min`. Port 0 takes a free one.
    """

    def __init__(
        self,
        *,
        payments: int = 500,
        seed: int = 1,
        end: datetime | None = None,
        keys: Sequence[str] | None = None,
        throttle: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        db: str | Path | None = None,
        deliver_anywhere: bool = False,
    ) -> None:
        super().__init__(SHAPES, api.answer, control.ROUTES, self._make_world, host=host, port=port)
        self.keys = list(keys or [API_KEY])
        self.api_key = self.keys[0]
        self._made_up = (payments, seed, clock.micros(end) if end else None)
        self._settings = (db, throttle, deliver_anywhere)

    def _make_world(self, address: str) -> World:
        db, throttle, anywhere = self._settings
        world = World(
            store=open_store(db),
            keys=self.keys,
            throttle=Throttle(throttle),
            deliveries=Deliveries(SHAPES.agent, anywhere=anywhere),
            address=address,
        )
        payments, number, end = self._made_up
        seed.fill(world, payments=payments, seed=number, end=end)
        return world
