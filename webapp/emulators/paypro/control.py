"""The provider's own half of the control prefix; the other half is the kit's.

Where several accounts exist, `?account=NUMBER` says whose, from 0; without it the first is meant.

    GET    /_sandbox                        also the clock, the number of things by kind, and these settings
    POST   /_sandbox/clock                  moves the clock on: seconds, or `to` a later moment; what is due happens
    POST   /_sandbox/things/KIND            a thing as given: {state, amount, created, hidden: {…}, …}; states, texts
                                            and amounts are not checked, what is missing has a usual value. KIND as in
                                            `type`: payment, refund, chargeback, customer, mandate, …
    GET    /_sandbox/things/KIND            all of a kind, oldest first, with `hidden`, `move` and `due`
    GET    /_sandbox/things/KIND/ID         one of them
    PUT    /_sandbox/things/KIND/ID         changes any of its fields, `hidden` also in parts; announces nothing.
                                            `hidden.fate` of a payment or mandate: pay, fail or charge_back
    POST   /_sandbox/things/KIND/ID/MOVE    makes a move now and announces it:
             payment                        pay settle complete fail expire cancel charge_back
             refund                         process refund hold cancel fail
             mandate                        approve cancel expire
             subscription, installment_plan start go_on (the next period) pause resume cancel
    POST   /_sandbox/events                 tells of a thing under any name: event_type, kind, id
    PUT    /_sandbox/settings               also reason_length, refund_cap (whole, refunded, racy), cancel_race
                                            (executed, answered), count_zero, link_host, tricks of the next deliveries
                                            (lost, twice, late, unsigned, form), waits between their tries in seconds
    POST   /_sandbox/reset                  forgets everything, then makes `payments` payments from `seed` until `end`
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from webapp.emulators.kit import clock, control
from webapp.emulators.kit.faults import seconds
from webapp.emulators.kit.fields import boolean, instant
from webapp.emulators.kit.json_body import read_json
from webapp.emulators.kit.messages import Refusal, Request
from webapp.emulators.kit.routes import Routes
from webapp.emulators.kit.validation import Field, choice, required, rows, text, url, validate, whole

from . import control_things, schedule, seed
from .errors import wrong
from .speaking import spoken
from .world import CANCEL_RACES, REFUND_CAPS, TRICKS, Quirks, World

FARTHEST = 10 * 366 * clock.DAY
"""How far the clock is moved at once: what is due on the way takes its time."""


def _show(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    counts = world.store.rows("SELECT kind, count(*) AS count FROM things WHERE NOT gone GROUP BY kind ORDER BY kind")
    return {
        **control.show(world, request, ids),
        "clock": spoken(world.now()),
        "things": {row["kind"]: row["count"] for row in counts},
        **asdict(world.quirks),
    }


CLOCK = {"seconds": Field(seconds), "to": Field(instant)}


def _move_clock(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    given = validate(read_json(request), CLOCK)
    by = int((given.get("seconds") or 0) * clock.SECOND)
    if given.get("to") is not None:
        by = given["to"] - world.now()
    if not 0 <= by <= FARTHEST:
        raise wrong("to", "The clock goes forwards only, ten years at once.")
    world.ahead += by
    schedule.catch_up(world)
    return _show(world, request, ids)


SETTINGS = {
    **control.SETTINGS,
    "reason_length": Field(whole(0)),
    "refund_cap": Field(choice(*REFUND_CAPS), nullable=False),
    "cancel_race": Field(choice(*CANCEL_RACES)),
    "count_zero": Field(boolean, nullable=False),
    "link_host": Field(url("http", "https")),
    "tricks": Field(rows(choice(*TRICKS)), nullable=False),
    "waits": Field(rows(seconds), nullable=False),
}


def _change_settings(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    given = validate(read_json(request), SETTINGS)
    control.change_throttle(world, given)
    for name in given.keys() - {"throttle"}:
        setattr(world.quirks, name, given[name])
    return _show(world, request, ids)


RESET = {"payments": Field(whole(0)), "seed": Field(whole(0)), "end": Field(instant)}


def _reset(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    given = validate(read_json(request), RESET)
    control.forget(world)
    world.quirks, world.ahead = Quirks(), 0
    number = 1 if given.get("seed") is None else given["seed"]
    seed.fill(world, payments=given.get("payments") or 0, seed=number, end=given.get("end"))
    return _show(world, request, ids)


EVENT = {name: required(text(blank=False)) for name in ("event_type", "kind", "id")}


def _tell(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    given = validate(read_json(request), EVENT)
    return control_things.tell(world, request, given)


def _make_move(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    kind, thing_id, name = ids
    move = schedule.MOVES.get(kind, {}).get(name)
    if not move:
        raise Refusal("not_found")
    return control_things.make_move(world, request, kind, thing_id, move)


ROUTES: Routes[control.Control[World]] = {
    (): {"GET": _show},
    ("clock",): {"POST": _move_clock},
    ("things", None): {"GET": control_things.show_all, "POST": control_things.add},
    ("things", None, None): {"GET": control_things.show, "PUT": control_things.change},
    ("things", None, None, None): {"POST": _make_move},
    ("events",): {"POST": _tell},
    ("settings",): {"PUT": _change_settings},
    ("reset",): {"POST": _reset},
}
