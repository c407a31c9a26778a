"""The addresses of the API, and the way of a request to the work behind its address."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from webapp.emulators.kit.messages import Answer, Refusal, Request
from webapp.emulators.kit.routes import Routes, find

from . import (
    agreement_requests,
    agreements,
    checkout,
    customers,
    payment_states,
    payments,
    schedule,
    webhooks,
)
from .acting import Act
from .errors import request_id
from .reading import Work, change, get, list_all, list_of, list_pay_methods
from .things import Thing
from .world import Call, World


def _delete(act: Act, thing: Thing) -> None:
    thing.gone = True
    act.save(thing)


def _agreements(kind: str) -> Routes[Work]:
    many, period = f"{kind}s", f"{kind}_period"
    return {
        (many,): {"GET": list_all(kind), "POST": agreement_requests.create(kind)},
        (many, None): {
            "GET": get(kind),
            "PATCH": agreement_requests.edit(kind),
            "DELETE": change(kind, agreements.cancel),
        },
        (many, None, "pause"): {"POST": change(kind, agreements.pause)},
        (many, None, "resume"): {"POST": change(kind, agreements.resume)},
        (many, None, f"{period}s"): {
            "GET": list_of(kind, period),
            **({"POST": agreement_requests.create_period} if kind == "subscription" else {}),
        },
        (f"{period}s", None): {"GET": get(period)},
        (f"{period}s", None, "payments"): {"GET": list_of(period, "payment", "period")},
    }


# The 48 of the document; besides, what only PayPro's clients ask: deleting a customer, a customer's mandates, editing
# an instalment plan.
ROUTES: Routes[Work] = {
    ("payments",): {"GET": list_all("payment"), "POST": payments.create_payment},
    ("payments", None): {"GET": get("payment"), "DELETE": change("payment", payment_states.cancel)},
    ("payments", None, "chargebacks"): {"GET": list_of("payment", "chargeback")},
    ("payments", None, "refunds"): {"GET": list_of("payment", "refund"), "POST": payments.create_refund},
    ("refunds",): {"GET": list_all("refund")},
    ("refunds", None): {"GET": get("refund"), "DELETE": payments.cancel_refund},
    ("chargebacks",): {"GET": list_all("chargeback")},
    ("chargebacks", None): {"GET": get("chargeback")},
    ("pay_methods",): {"GET": list_pay_methods},
    ("customers",): {"GET": list_all("customer"), "POST": customers.create_customer},
    ("customers", None): {
        "GET": get("customer"),
        "PATCH": customers.edit_customer,
        "DELETE": change("customer", _delete),
    },
    ("customers", None, "subscriptions"): {"GET": list_of("customer", "subscription")},
    ("customers", None, "mandates"): {"GET": list_of("customer", "mandate")},
    ("mandates",): {"GET": list_all("mandate"), "POST": customers.create_mandate},
    ("mandates", None): {"GET": get("mandate")},
    **_agreements("subscription"),
    **_agreements("installment_plan"),
    ("events",): {"GET": list_all("event")},
    ("events", None): {"GET": get("event")},
    ("webhooks",): {"GET": list_all("webhook"), "POST": webhooks.create_webhook},
    ("webhooks", None): {
        "GET": get("webhook"),
        "PATCH": webhooks.edit_webhook,
        "DELETE": change("webhook", _delete),
    },
}


def answer(world: World, request: Request) -> Answer:
    """Unknown addresses come first, then 401, 429 and 405, then the work with its own checks.

    The checkout page is for people and has rules of its own.
    """
    schedule.catch_up(world)
    if request.path.startswith("/checkout/"):
        return checkout.answer_page(world, request)
    methods, ids = find(ROUTES, request.parts)
    account = authenticate(request.headers.get("authorization", ""), world.keys)
    world.throttle.check(str(account))
    work = methods.get("GET" if request.method == "HEAD" else request.method)
    if not work:
        raise Refusal("method_not_allowed", headers={"Allow": ", ".join(methods)})
    return work(Call(world, request, account, ids)).with_headers(request_id())


def authenticate(header: str, keys: Sequence[str]) -> int:
    """The account of a bearer's key; 401 for none, for malformed and for wrong ones alike."""
    scheme, _, given = header.partition(" ")
    fitting = [number for number, key in enumerate(keys) if hmac.compare_digest(given.strip().encode(), key.encode())]
    if scheme.lower() != "bearer" or not fitting:
        raise Refusal("authentication_failed", headers={"WWW-Authenticate": 'Bearer realm="api"'})
    return fitting[0]
