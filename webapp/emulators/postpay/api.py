"""The addresses of the API, and the way of a request to the work behind its address."""

from __future__ import annotations

from collections.abc import Callable

from webapp.emulators.kit.messages import Answer, Refusal, Request
from webapp.emulators.kit.routes import Routes, find

from . import checkout, gate, hooks, orders, refunds, transactions
from .store import merchant_key
from .world import Call, World

Work = Callable[[Call], Answer]


def show_root(call: Call) -> Answer:
    """The addresses of the lists; the documents ask for `GET /` without showing its answer."""
    base = call.base_url
    return Answer.of({name: f"{base}/{name}" for name in ("orders", "transactions", "hooks")})


ROUTES: Routes[Work] = {
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
    """Unknown addresses come first, then 406, 401, 403, 429 and 405, then the work with its own checks.

    The hosted page is for people and has rules of its own.
    """
    if request.path.startswith("/checkout/"):
        return checkout.answer_page(world, request)
    methods, ids = find(ROUTES, request.parts)
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
    return work(Call(world, request, merchant_key(world.store, merchant_id), ids))
