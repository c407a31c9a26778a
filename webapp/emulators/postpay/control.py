"""The provider's own half of the control prefix; the other half is the kit's.

Where several merchants exist, `?merchant=id_…` names one; without it the first is meant.

    GET    /_sandbox                    also the number of orders, and these settings
    GET    /_sandbox/refunds            all refunds of all orders of all merchants; ?prefix= of the refund id
    POST   /_sandbox/orders             an order as given: order_id, total_amount, tax_amount, currency, status,
                                        created, status_changed, on_capture (accept, decline, expire, time_out),
                                        shipping, billing_address, customer, items, discounts, num_instalments,
                                        metadata.
                                        Texts are not checked.
    GET    /_sandbox/orders/ID          its state: also on_capture, refunded, remaining, refunds, transactions
    PUT    /_sandbox/orders/ID          changes any of these fields but the id
    POST   /_sandbox/orders/ID/refunds  a refund made outside: amount, refund_id, description, created; rules hold
    POST   /_sandbox/transactions       a transaction as given: type, currency, amount, and the rest if wished
    PUT    /_sandbox/transactions/ID    changes it: figures to anything, `paid` and `created`, type, currency
    DELETE /_sandbox/transactions/ID    forgets it
    POST   /_sandbox/payouts            pays out all that is unpaid, or of one `currency`
    PUT    /_sandbox/settings           also refund_checks (the order of the three conflicts),
                                        permissions ({merchant id: all | read | none}), payout_names (by which of
                                        payment and paid transactions are filtered and ordered)
    POST   /_sandbox/reset              forgets everything, then makes `orders` orders from `seed` until `end`
"""

from __future__ import annotations

from typing import Any

from webapp.emulators.kit import clock, control
from webapp.emulators.kit.json_body import read_json
from webapp.emulators.kit.messages import Refusal, Request
from webapp.emulators.kit.routes import Routes
from webapp.emulators.kit.validation import Field, choice, key_value_pairs, moment, rows, validate, whole

from . import control_data, seed
from .world import PAYOUT_NAMES, REFUND_CHECKS, World


def _show(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    return {
        **control.show(world, request, ids),
        "orders": world.store.rows("SELECT count(*) AS count FROM orders")[0]["count"],
        "refund_checks": list(world.refund_checks),
        "permissions": world.permissions,
        "payout_names": list(world.payout_names),
    }


SETTINGS = {
    **control.SETTINGS,
    "refund_checks": Field(rows(choice(*REFUND_CHECKS)), nullable=False),
    "permissions": Field(key_value_pairs, nullable=False),
    "payout_names": Field(rows(choice(*PAYOUT_NAMES)), nullable=False),
}


def _change_settings(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    given = validate(read_json(request), SETTINGS)
    control.change_throttle(world, given)
    if "refund_checks" in given:
        checks = given["refund_checks"]
        if sorted(checks) != sorted(REFUND_CHECKS):
            raise Refusal("invalid", fields={"refund_checks": ["All three, each once."]})
        world.refund_checks = checks
    world.permissions.update(given.get("permissions", {}))
    world.payout_names = given.get("payout_names", world.payout_names)
    return _show(world, request, ids)


RESET = {"orders": Field(whole(0)), "seed": Field(whole(0)), "end": Field(moment)}


def _reset(world: World, request: Request, ids: tuple[str, ...]) -> Any:
    given = validate(read_json(request), RESET)
    end = clock.parse_moment(given["end"]) if given.get("end") else clock.now()
    control.forget(world)
    world.permissions.clear()
    world.refund_checks = REFUND_CHECKS
    world.payout_names = PAYOUT_NAMES
    seed.fill(
        world.store,
        list(world.credentials),
        orders=given.get("orders") or 0,
        seed=1 if given.get("seed") is None else given["seed"],
        end=end,
    )
    return _show(world, request, ids)


ROUTES: Routes[control.Control[World]] = {
    (): {"GET": _show},
    ("refunds",): {"GET": control_data.show_refunds},
    ("orders",): {"POST": control_data.add_order},
    ("orders", None): {"GET": control_data.show_order, "PUT": control_data.change_order},
    ("orders", None, "refunds"): {"POST": control_data.add_refund},
    ("transactions",): {"POST": control_data.add_transaction},
    ("transactions", None): {
        "PUT": control_data.change_transaction,
        "DELETE": control_data.remove_transaction,
    },
    ("payouts",): {"POST": control_data.pay_out},
    ("settings",): {"PUT": _change_settings},
    ("reset",): {"POST": _reset},
}
