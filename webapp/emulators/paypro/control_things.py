"""The part of the control prefix that looks at things, and changes them as nobody could through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webapp.emulators.kit.fields import instant
from webapp.emulators.kit.json_body import read_json
from webapp.emulators.kit.messages import Refusal, Request
from webapp.emulators.kit.validation import Field, key_value_pairs, text, validate

from . import payment_states, things, usual
from .acting import Act, acting
from .errors import wrong
from .speaking import speak, spoken
from .things import PREFIXES, Thing
from .world import World

CONTROLLED = {
    "id": Field(text(blank=False)),
    "created": Field(instant),
    "due": Field(instant),
    "hidden": Field(key_value_pairs),
}


def account_of(world: World, request: Request) -> int:
    """The account that `?account=` names, else the first."""
    number = request.parameters.get("account") or "0"
    if not number.isascii() or not number.isdecimal() or len(number) > 6 or int(number) >= len(world.keys):
        raise Refusal("not_found")
    return int(number)


def _state(act: Act, thing: Thing) -> dict[str, Any]:
    return {
        **speak(act.db, thing, act.world.address),
        "hidden": thing.hidden,
        "move": thing.move,
        "due": spoken(thing.due),
    }


def show_all(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    sql = "SELECT * FROM things WHERE account = ? AND kind = ? ORDER BY created, key"
    with acting(world) as act:
        rows = act.db.execute(sql, (account_of(world, request), ids[0])).fetchall()
        return {"count": len(rows), "things": [_state(act, things.read(row)) for row in rows]}


def show(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    with acting(world) as act:
        return _state(act, act.get(account_of(world, request), *ids))


def add(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    """Announces nothing. A paid payment has its moment, too."""
    kind = ids[0]
    if kind not in PREFIXES:
        raise Refusal("not_found")
    body, given = _given(request)
    account = account_of(world, request)
    with acting(world) as act:
        thing = Thing(account, kind, given.get("id") or things.new_id(kind), given.get("created") or act.now, {})
        thing.body = {**usual.BODIES[kind], **body}
        if kind == "payment" and thing.state in payment_states.REFUNDABLE and not thing.body["paid_at"]:
            thing.body["paid_at"] = spoken(thing.created)
        thing.hidden = {**usual.hidden(kind, thing.created), **(given.get("hidden") or {})}
        if act.db.execute("SELECT 1 FROM things WHERE id = ?", (thing.id,)).fetchone():
            raise wrong("id", "There is already a thing with this id.")
        things.add(act.db, thing)
        return _state(act, thing)


def change(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    body, given = _given(request)
    with acting(world) as act:
        thing = act.get(account_of(world, request), *ids)
        thing.body |= body
        thing.hidden |= given.get("hidden") or {}
        thing.created = given.get("created") or thing.created
        if "due" in given:
            thing.plan(thing.move, given["due"])
        act.save(thing)
        return _state(act, thing)


def _given(request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is given of the thing's own fields, whatever it is, and what the emulator keeps besides, checked."""
    data = read_json(request)
    given = validate(data, CONTROLLED)
    return {name: value for name, value in data.items() if name not in CONTROLLED}, given


def make_move(
    world: World, request: Request, kind: str, thing_id: str, move: Callable[[Act, Thing], object]
) -> dict[str, Any]:
    with acting(world) as act:
        thing = act.get(account_of(world, request), kind, thing_id)
        move(act, thing)
        return _state(act, act.get(thing.account, kind, thing_id))


def tell(world: World, request: Request, given: dict[str, Any]) -> dict[str, Any]:
    with acting(world) as act:
        thing = act.get(account_of(world, request), given["kind"], given["id"])
        act.tell(given["event_type"], thing)
        return _state(act, thing)
