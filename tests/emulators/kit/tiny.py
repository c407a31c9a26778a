"""The smallest provider that an emulator could stand for: things with a price, and own words for what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from webapp.emulators.kit import control
from webapp.emulators.kit.deliveries import Deliveries, Letter
from webapp.emulators.kit.faults import Faults
from webapp.emulators.kit.json_body import read_json
from webapp.emulators.kit.messages import Answer, Refusal, Request, Shapes, as_json
from webapp.emulators.kit.requests_log import RequestLog
from webapp.emulators.kit.routes import Routes, find
from webapp.emulators.kit.server import Emulator
from webapp.emulators.kit.store import Schema, Store, insert
from webapp.emulators.kit.throttle import Throttle
from webapp.emulators.kit.validation import Field, required, rows, text, url, validate, whole

SCHEMA = Schema(
    tables="CREATE TABLE IF NOT EXISTS things (key INTEGER PRIMARY KEY, thing TEXT NOT NULL UNIQUE, price INTEGER);",
    indexes={},
    emptied=["things"],
)
STATUSES = {"invalid": 422, "not_found": 404, "taken": 409, "unsupported_media_type": 415, "throttled": 429,
            "permission_denied": 403, "method_not_allowed": 405, "error": 500}  # fmt: skip
FIELDS = {"thing": required(text(blank=False)), "price": required(whole(0)), "parts": Field(rows(text()))}


@dataclass
class World:
    store: Store
    deliveries: Deliveries
    address: str
    throttle: Throttle = field(default_factory=Throttle)
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    receiver: str = ""
    disk_full: bool = False
    waits: tuple[float, ...] = ()
    recorded: list[tuple[int | None, str]] = field(default_factory=list)


def refuse(refusal: Refusal) -> Answer:
    about = next(iter(refusal.fields), None) if refusal.fields else None
    status = refusal.status or STATUSES.get(refusal.code or "", 400)
    wrong = {"wrong": refusal.fields} if refusal.fields else {}
    return Answer.of({"problem": refusal.code or "failed", "about": about, **wrong}, status, refusal.headers)


def list_things(world: World, request: Request, ids: tuple[str, ...]) -> Answer:
    return Answer.of([dict(row) for row in world.store.rows("SELECT thing, price FROM things ORDER BY key")])


def show_thing(world: World, request: Request, ids: tuple[str, ...]) -> Answer:
    found = world.store.rows("SELECT thing, price FROM things WHERE thing = ?", ids)
    if not found:
        raise Refusal("not_found")
    return Answer.of({**found[0], "url": f"{request.base_url(world.address)}{request.path}"})


def add_thing(world: World, request: Request, ids: tuple[str, ...]) -> Answer:
    given = validate(read_json(request), FIELDS)
    given.pop("parts", None)
    with world.store.write() as db:
        if db.execute("SELECT 1 FROM things WHERE thing = ?", (given["thing"],)).fetchone():
            raise Refusal("taken")
        insert(db, "things", given)
    if world.receiver:
        world.deliveries.queue([partial(write, world, given["thing"])])
    return Answer.of(given, 201)


def write(world: World, thing: str) -> Letter | None:
    def record(code: int | None, status: str) -> None:
        if world.disk_full:
            raise OSError("no space left")
        world.recorded.append((code, status))

    if not world.receiver:
        return None
    return Letter("only", "thing", world.receiver, {"X-Tiny": "signed"}, as_json({"thing": thing}), record, world.waits)


def fail(world: World, request: Request, ids: tuple[str, ...]) -> Answer:
    raise ZeroDivisionError


ROUTES: Routes[control.Control[World]] = {
    ("things",): {"GET": list_things, "POST": add_thing},
    ("things", None): {"GET": show_thing},
    ("broken",): {"GET": fail},
}


def answer(world: World, request: Request) -> Answer:
    methods, ids = find(ROUTES, request.parts)
    world.throttle.check("all")
    work = methods.get("GET" if request.method == "HEAD" else request.method)
    if not work:
        raise Refusal("method_not_allowed")
    done: Answer = work(world, request, ids)
    return done


def listen(world: World, request: Request, ids: tuple[str, ...]) -> dict[str, str]:
    world.receiver = validate(read_json(request), {"url": required(url("http", "https"))})["url"]
    return {"url": world.receiver}


SHAPES = Shapes("Tiny", "application/tiny+json", refuse, ids=("thing",), amounts=("price",))


def emulator(db: Path | None = None) -> Emulator[World]:
    def make_world(address: str) -> World:
        return World(Store(SCHEMA, db), Deliveries(SHAPES.agent), address)

    return Emulator(SHAPES, answer, {("listener",): {"PUT": listen}}, make_world)
