"""The control prefix `/_sandbox/`: what a test or a developer may do to an emulator from outside. JSON in, JSON out.

Without credentials, but for callers on this machine only, and never for a web page that a browser there shows.
Ids in paths are encoded. A provider adds its own addresses, and may put its own work in the place of one of these:

    GET    /_sandbox                    pending late commits and deliveries, settings
    POST   /_sandbox/faults             adds a fault, answers it with its `id`:
             kind         latency status drop_before drop_after late_commit reset malformed truncated html drip
                          redirect wrong_id wrong_amount lag (reads find what there was when the fault was added)
             method path  which requests: `path` is a beginning, a pattern with `*`, or after `=` the whole,
                          of the raw or the decoded path
             times skip   how often at most; how many matching requests pass first
             seconds      how long latency lasts, a drip takes, or until a late commit is committed; others wait first
             applied      `before`: instead of the work; `after`: the work is done. Default by kind: drop_after, drip,
                          wrong_id, wrong_amount, malformed, truncated come after, all others before
             status code retry_after headers body   of the answer, for the kinds that make one
             mix rate seed    instead of a kind: a list of faults with `weight`s, one of which is drawn for a share
                          `rate` (0 to 1) of the matching requests, from dice seeded with `seed`
    GET    /_sandbox/faults             all, with how often each was seen and used
    DELETE /_sandbox/faults[/ID]        all, or one; late commits under way still happen
    GET    /_sandbox/requests           requests seen, oldest first; ?method= ?path= (a beginning) ?after=NUMBER
    DELETE /_sandbox/requests           forgets them
    GET    /_sandbox/deliveries         deliveries of webhooks, and how many are pending
    PUT    /_sandbox/settings           throttle (rate or null)
    POST   /_sandbox/reset              forgets everything
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .json_body import read_json
from .messages import READING, Answer, Refusal, Request, is_loopback
from .routes import Routes, find
from .validation import Field, text, validate
from .world import World

PREFIX = "_sandbox"
W = TypeVar("W", bound=World)
Control = Callable[[W, Request, tuple[str, ...]], Any]
"""A piece of work of the control prefix; what it gives becomes JSON."""


def owns(path: str) -> bool:
    return path.split("/")[1] == PREFIX


def answer(routes: Routes[Control[W]], world: W, request: Request) -> Answer:
    _check_caller(request)
    parts = request.parts[1:]
    methods, ids = find(routes, parts[:-1] if parts[-1:] == [""] else parts)
    work = methods.get(request.method)
    if not work:
        raise Refusal("method_not_allowed")
    return Answer.of(work(world, request, ids))


def _check_caller(request: Request) -> None:
    """This machine only; a browser's page from elsewhere gives itself away by its headers."""
    foreign = request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    if not is_loopback(request.peer) or not is_loopback(request.host_name):
        raise Refusal("not_found")
    if request.method not in READING and (foreign or "origin" in request.headers):
        raise Refusal("permission_denied")


def show(world: World, request: Request, ids: tuple[str, ...]) -> dict[str, Any]:
    return {
        "late_commits": world.faults.pending_commits(),
        "deliveries": world.deliveries.seen()["pending"],
        "throttle": world.throttle.rate,
    }


def _add_fault(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    return world.faults.add(read_json(request), world.store).spoken()


def _show_faults(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    return {"faults": [fault.spoken() for fault in world.faults.rules()]}


def _remove_faults(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    if not world.faults.remove(ids[0] if ids else None) and ids:
        raise Refusal("not_found")
    return {}


def _show_requests(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    asked = request.parameters
    after = asked.get("after", "0")
    entries = world.log.entries(
        method=asked.get("method"),
        path=asked.get("path"),
        after=int(after) if after.isdecimal() and len(after) <= 18 else 0,
    )
    return {"count": len(entries), "requests": entries}


def _forget_requests(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    world.log.clear()
    return {}


def _show_deliveries(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    return world.deliveries.seen()


SETTINGS = {"throttle": Field(text())}


def change_throttle(world: World, given: dict[str, Any]) -> None:
    if "throttle" not in given:
        return
    try:
        world.throttle.set(given["throttle"])
    except ValueError as error:
        raise Refusal("invalid", fields={"throttle": [str(error)]}) from error


def _change_settings(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    change_throttle(world, validate(read_json(request), SETTINGS))
    return show(world, request, ids)


def forget(world: World) -> None:
    world.faults.remove()
    world.log.clear()
    world.store.clear()


def _reset(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    forget(world)
    return show(world, request, ids)


ROUTES: Routes[Control[World]] = {
    (): {"GET": show},
    ("faults",): {"GET": _show_faults, "POST": _add_fault, "DELETE": _remove_faults},
    ("faults", None): {"DELETE": _remove_faults},
    ("requests",): {"GET": _show_requests, "DELETE": _forget_requests},
    ("deliveries",): {"GET": _show_deliveries},
    ("settings",): {"PUT": _change_settings},
    ("reset",): {"POST": _reset},
}
