"""The addresses of the API, and the way of a request to the work behind its address."""

from __future__ import annotations

from collections.abc import Callable

from . import checkout, gate, hooks, orders, refunds, transactions
from .messages import Answer, Refusal, Request
from .world import Call, World

Work = Callable[[Call], Answer]


def show_root(call: Call) -> Answer:
    """The addresses of the lists; the documents ask for `GET /` without showing its answer."""
    base = call.world.base_url(call.request)
    return Answer.of({name: f"{base}/{name}" for name in ("orders", "transactions", "hooks")})


# A part that is None stands for an id.
ROUTES: dict[tuple[str | None, ...], dict[str, Work]] = {
    ("",): {"GET": show_root},
    ("checkouts",): {"POST": checkout.create_checkout},
    ("orders",): {"GET": orders.list_orders},
    ("orders", None): {"GET": orders.get_order},
    ("orders", None, "capture"): {"POST": orders.capture_order},
    ("orders", None, "refunds"): {"GET": refunds.list_refunds, "POST": refunds.create_refund},
    ("orders", None, "refunds", None): {"GET": refunds.get_refund},
    ("transactions",): {"GET": transactions.list_transactions},
    ("transactions", None): {"GET": transactions.get_transaction},
    ("hooks",): {"GET": hooks.list_hooks, "POST": hooks.create_hook},
    ("hooks", None): {"GET": hooks.get_hook, "PATCH": hooks.edit_hook, "DELETE": hooks.delete_hook},
}


def answer(world: World, request: Request) -> Answer:
    """The answer to any request, wrong ones included, as documented."""
    try:
        return _answer(world, request)
    except Refusal as refusal:
        return refusal.answer()


def _answer(world: World, request: Request) -> Answer:
    """Unknown addresses come first, then 406, 401, 403, 429 and 405, then the work with its own checks."""
    methods, ids = _route(request.parts)
    gate.negotiate(request.headers.get("accept", ""))
    merchant_id = gate.authenticate(request.headers.get("authorization", ""), world.credentials)
    gate.permit(world.permissions.get(merchant_id, "all"), request.method)
    world.throttle.check(merchant_id)
    allowed = {"Allow": ", ".join([*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"])}
    if request.method == "OPTIONS":
        return Answer.of({"renders": list(gate.MEDIA_TYPES), "parses": ["application/json"]}, headers=allowed)
    work = methods.get("GET" if request.method == "HEAD" else request.method)
    if not work:
        raise Refusal("method_not_allowed", headers=allowed)
    return work(Call(world, request, world.store.merchant_key(merchant_id), ids))


def _route(parts: list[str]) -> tuple[dict[str, Work], tuple[str, ...]]:
    for pattern, methods in ROUTES.items():
        if len(pattern) != len(parts):
            continue
        if all(
            part == expected if expected is not None else part for expected, part in zip(pattern, parts, strict=True)
        ):
            return methods, tuple(part for expected, part in zip(pattern, parts, strict=True) if expected is None)
    raise Refusal("not_found")
