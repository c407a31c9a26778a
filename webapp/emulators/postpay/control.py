"""The control prefix `/_sandbox/`: what a test or a developer may do to the sandbox from outside. JSON in, JSON out.

Without credentials, but for callers on this machine only, and never for a web page that a browser there shows.
Where several merchants exist, `?merchant=id_…` names one; without it the first is meant. Ids in paths are encoded.

    GET    /_sandbox                    orders, pending late commits and deliveries, settings
    POST   /_sandbox/faults             adds a fault, answers it with its `id`:
             kind         latency status drop_before drop_after late_commit reset malformed truncated html drip
                          redirect wrong_id wrong_amount
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
    GET    /_sandbox/refunds            all refunds of all orders of all merchants; ?prefix= of the refund id
    POST   /_sandbox/orders             an order as given: order_id, total_amount, tax_amount, currency, status,
                                        created, status_changed, on_capture (accept, decline, expire), shipping,
                                        billing_address, customer, items, discounts, num_instalments, metadata.
                                        Texts are not checked.
    GET    /_sandbox/orders/ID          its state: also on_capture, refunded, remaining, refunds, transactions
    PUT    /_sandbox/orders/ID          changes any of these fields but the id
    POST   /_sandbox/orders/ID/refunds  a refund made outside: amount, refund_id, description, created; rules hold
    POST   /_sandbox/transactions       a transaction as given: type, currency, amount, and the rest if wished
    POST   /_sandbox/payouts            pays out all that is unpaid, or of one `currency`
    GET    /_sandbox/deliveries         deliveries to hooks, and how many are pending
    PUT    /_sandbox/settings           throttle (rate or null), refund_checks (the order of the three conflicts),
                                        permissions ({merchant id: all | read | none}), payout_names (by which of
                                        payment and paid transactions are filtered and ordered)
    POST   /_sandbox/reset              forgets everything, then makes `orders` orders from `seed` until `end`
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from . import clock, control_data, seed, validation
from .gate import READING
from .loopback import is_loopback
from .messages import Answer, Refusal, Request
from .validation import Field, choice, key_value_pairs, read_json, rows, text, whole
from .world import PAYOUT_NAMES, REFUND_CHECKS, World

PREFIX = "_sandbox"
Work = Callable[[World, Request, list[str]], Any]


def owns(path: str) -> bool:
    return path.split("/")[1] == PREFIX


def answer(world: World, request: Request) -> Answer:
    try:
        _check_caller(request)
        methods, ids = _route(request.parts[1:])
        work = methods.get(request.method)
        if not work:
            raise Refusal("method_not_allowed")
        return Answer.of(work(world, request, ids))
    except Refusal as refusal:
        return refusal.answer()


def _check_caller(request: Request) -> None:
    """This machine only; a browser's page from elsewhere gives itself away by its headers."""
    foreign = request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    if not is_loopback(request.peer) or not is_loopback(_host(request)):
        raise Refusal("not_found")
    if request.method not in READING and (foreign or "origin" in request.headers):
        raise Refusal("permission_denied")


def _host(request: Request) -> str | None:
    """By which name this server was asked: a foreign one that leads here belongs to somebody else's page."""
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return None


def _show(world: World, request: Request, ids: list[str]) -> Any:
    return {
        "orders": world.store.rows("SELECT count(*) AS count FROM orders")[0]["count"],
        "late_commits": world.faults.pending_commits(),
        "deliveries": world.deliveries.seen()["pending"],
        "throttle": world.throttle.rate,
        "refund_checks": list(world.refund_checks),
        "permissions": world.permissions,
        "payout_names": list(world.payout_names),
    }


def _add_fault(world: World, request: Request, ids: list[str]) -> Any:
    return world.faults.add(read_json(request)).spoken()


def _show_faults(world: World, request: Request, ids: list[str]) -> Any:
    return {"faults": [fault.spoken() for fault in world.faults.rules()]}


def _remove_faults(world: World, request: Request, ids: list[str]) -> Any:
    if not world.faults.remove(ids[0] if ids else None) and ids:
        raise Refusal("not_found")
    return {}


def _show_requests(world: World, request: Request, ids: list[str]) -> Any:
    asked = request.parameters
    after = asked.get("after", "0")
    entries = world.log.entries(
        method=asked.get("method"), path=asked.get("path"), after=int(after) if after.isdecimal() else 0
    )
    return {"count": len(entries), "requests": entries}


def _forget_requests(world: World, request: Request, ids: list[str]) -> Any:
    world.log.clear()
    return {}


def _show_deliveries(world: World, request: Request, ids: list[str]) -> Any:
    return world.deliveries.seen()


SETTINGS = {
    "throttle": Field(text()),
    "refund_checks": Field(rows(choice(*REFUND_CHECKS)), nullable=False),
    "permissions": Field(key_value_pairs, nullable=False),
    "payout_names": Field(rows(choice(*PAYOUT_NAMES)), nullable=False),
}


def _change_settings(world: World, request: Request, ids: list[str]) -> Any:
    given = validation.validate(read_json(request), SETTINGS)
    if "throttle" in given:
        try:
            world.throttle.set(given["throttle"])
        except ValueError as error:
            raise Refusal("invalid", fields={"throttle": [str(error)]}) from error
    if "refund_checks" in given:
        checks = given["refund_checks"]
        if sorted(checks) != sorted(REFUND_CHECKS):
            raise Refusal("invalid", fields={"refund_checks": ["All three, each once."]})
        world.refund_checks = checks
    world.permissions.update(given.get("permissions", {}))
    world.payout_names = given.get("payout_names", world.payout_names)
    return _show(world, request, ids)


RESET = {"orders": Field(whole(0)), "seed": Field(whole(0)), "end": Field(validation.moment)}


def _reset(world: World, request: Request, ids: list[str]) -> Any:
    given = validation.validate(read_json(request), RESET)
    end = clock.parse_moment(given["end"]) if given.get("end") else clock.now()
    world.faults.remove()
    world.log.clear()
    world.permissions.clear()
    world.refund_checks = REFUND_CHECKS
    world.payout_names = PAYOUT_NAMES
    world.store.clear()
    seed.fill(
        world.store,
        list(world.credentials),
        orders=given.get("orders") or 0,
        seed=1 if given.get("seed") is None else given["seed"],
        end=end,
    )
    return _show(world, request, ids)


# A part that is None stands for an id.
ROUTES: dict[tuple[str | None, ...], dict[str, Work]] = {
    (): {"GET": _show},
    ("faults",): {"GET": _show_faults, "POST": _add_fault, "DELETE": _remove_faults},
    ("faults", None): {"DELETE": _remove_faults},
    ("requests",): {"GET": _show_requests, "DELETE": _forget_requests},
    ("refunds",): {"GET": control_data.show_refunds},
    ("orders",): {"POST": control_data.add_order},
    ("orders", None): {"GET": control_data.show_order, "PUT": control_data.change_order},
    ("orders", None, "refunds"): {"POST": control_data.add_refund},
    ("transactions",): {"POST": control_data.add_transaction},
    ("payouts",): {"POST": control_data.pay_out},
    ("deliveries",): {"GET": _show_deliveries},
    ("settings",): {"PUT": _change_settings},
    ("reset",): {"POST": _reset},
}


def _route(parts: list[str]) -> tuple[dict[str, Work], list[str]]:
    given = parts[:-1] if parts and parts[-1] == "" else parts
    for pattern, methods in ROUTES.items():
        if len(pattern) == len(given) and all(
            known in (None, part) for known, part in zip(pattern, given, strict=True)
        ):
            return methods, [part for known, part in zip(pattern, given, strict=True) if known is None]
    raise Refusal("not_found")
