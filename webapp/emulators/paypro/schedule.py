"""What happens without anybody asking: every move by kind and name.

What is due is done before the next request is answered, each move at its own moment of the emulator's clock.
"""

from __future__ import annotations

from collections.abc import Callable

from webapp.emulators.kit.messages import Refusal

from . import agreements, payment_states, refund_states, things
from .acting import Act, acting
from .things import Thing
from .world import World


def _settle(act: Act, payment: Thing) -> None:
    payment_states.settle(act, payment)
    agreements.authorize(act, payment)


def _pay(act: Act, payment: Thing) -> None:
    payment_states.pay(act, payment)
    agreements.authorize(act, payment)


def _to(state: str) -> Callable[[Act, Thing], None]:
    def move(act: Act, thing: Thing) -> None:
        thing.state = state
        thing.plan(None, None)
        act.save(thing, state)

    return move


_AGREEMENT: dict[str, Callable[[Act, Thing], object]] = {
    "start": agreements.start,
    "go_on": agreements.go_on,
    "pause": agreements.pause,
    "resume": agreements.resume,
    "cancel": agreements.cancel,
}
MOVES: dict[str, dict[str, Callable[[Act, Thing], object]]] = {
    "payment": {
        "pay": _pay,
        "settle": _settle,
        "complete": payment_states.complete,
        "fail": payment_states.fail,
        "expire": payment_states.expire,
        "cancel": payment_states.cancel,
        "charge_back": payment_states.charge_back,
    },
    "refund": {
        "process": refund_states.process,
        "refund": refund_states.refund,
        "cancel": refund_states.cancel,
        "fail": refund_states.fail,
        "hold": _to("pending"),
    },
    "mandate": {"approve": _to("approved"), "cancel": _to("canceled"), "expire": _to("expired")},
    "subscription": _AGREEMENT,
    "installment_plan": _AGREEMENT,
}


def catch_up(world: World) -> None:
    """All that is due by the emulator's clock, in order, each at its own moment. Reads that lag find nothing done."""
    if world.lags or not world.store.rows(f"{DUE} LIMIT 1", [world.now()]):
        return
    with acting(world) as act:
        until = act.now
        while row := act.db.execute(f"{DUE} LIMIT 1", (until,)).fetchone():
            thing, move = things.read(row), row["move"]
            act.now = row["due"]
            thing.plan(None, None)
            act.save(thing)
            try:
                MOVES[thing.kind][move](act, thing)
            except Refusal:
                # A test has changed it meanwhile so that this can no longer happen.
                continue


DUE = "SELECT * FROM things WHERE due IS NOT NULL AND due <= ? AND NOT gone ORDER BY due, key"
