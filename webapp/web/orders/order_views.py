"""Reading one order: its page, the peek beside the list, and opening its personal data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import g, make_response, render_template, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from webapp import audit
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.models.intent import Intent
from webapp.payments.resolve_from_reading import resolve_from_reading
from webapp.payments.search_index.readings import notice
from webapp.payments.snapshot import OrderSnapshot, read_order
from webapp.presentation.audit.entries import entries_for_object
from webapp.presentation.provider_errors import words_for_gateway, words_for_order
from webapp.presentation.unreadable_words import row_words
from webapp.providers.http.errors import GatewayError
from webapp.providers.postpay.answered import unreadable_fields
from webapp.providers.postpay.models import Order
from webapp.providers.registry import postpay
from webapp.web.htmx import wants_fragment
from webapp.web.live_pages import live_page
from webapp.webhooks.deliveries.search import deliveries_of_order

from . import blueprint
from .figures import figures, item_lines
from .offers import offers
from .peek import peek
from .people import people
from .settlements import OrderSettlements, order_settlements
from .timeline import Delivered, timeline


@blueprint.get("/<account:account>/orders/<provider_id:order_id>")
@requires(Permission.ORDER_READ)
@of("postpay")
def show_order(account: Account, order_id: str) -> Response:
    """Two calls at the same time: the order, and its refunds. What they prove of an open intent settles it."""
    client = postpay(account)
    reading = read_order(client, order_id)
    notice(account, reading)
    resolve_from_reading(client, account, reading.order, reading.refunds)
    return make_response(render_template("orders/show.html", **_page(account, reading)))


@blueprint.get("/<account:account>/orders/<provider_id:order_id>/peek")
@requires(Permission.ORDER_READ)
@of("postpay")
def peek_order(account: Account, order_id: str) -> Response:
    """What fits beside the list, from the same two calls as the order's page."""
    template = "orders/_peek.html" if wants_fragment() else "orders/peek.html"
    client = postpay(account)
    try:
        reading = read_order(client, order_id)
    except GatewayError as error:
        words = words_for_order(error, account, order_id)
        body = render_template(template, order=None, order_id=order_id, problem=words, request_id=g.get("request_id"))
        return make_response(body, words.status)
    notice(account, reading)
    resolve_from_reading(client, account, reading.order, reading.refunds)
    known = _known(account, reading)
    shown = peek(known["reading"], known["figures"], known["history"])
    return make_response(render_template(template, account=account, order_id=order_id, peek=shown, **known))


@blueprint.post("/<account:account>/orders/<provider_id:order_id>/personal-data")
@requires(Permission.PERSONAL_DATA_OPEN)
@of("postpay")
def open_personal_data(account: Account, order_id: str) -> Response:
    """Shows it once, after the opening was written down; loading the page again hides it again."""
    client = postpay(account)
    if wants_fragment():
        order = client.get_order(order_id=order_id)
        _write_down_opening(account, order)
        values = {"account": account, "order": order, **_people(order, is_open=True)}
        return make_response(render_template("orders/_people.html", **values))
    reading = read_order(client, order_id)
    _write_down_opening(account, reading.order)
    return make_response(render_template("orders/show.html", **_page(account, reading, is_open=True)))


def _write_down_opening(account: Account, order: Order) -> None:
    """Committed before anything is shown: if it cannot be written, nothing is opened."""
    with writing():
        audit.record(
            audit.Action.PERSONAL_DATA_OPENED, account=account.slug, object_type="order", object_id=order.order_id
        )


def _page(account: Account, reading: OrderSnapshot, *, is_open: bool = False) -> dict[str, object]:
    """The values of an order's page."""
    order = reading.order
    known = _known(account, reading)
    reading = known["reading"]
    return {
        "account": account,
        **known,
        "items": item_lines(order),
        "unreadable": list(unreadable_fields(order)),
        "refunds_problem": _refunds_problem(reading),
        "settlements": _settlements(account, reading),
        "request_id": g.get("request_id", ""),
        "live": live_page(account, order.order_id) if not is_open else None,
        **_people(order, is_open=is_open),
    }


def _refunds_problem(reading: OrderSnapshot) -> list[str]:
    """Why not all refunds could be read, each that cannot be by its name."""
    if reading.bad_refunds:
        return [row_words("list_refunds", one.id, one.field) for one in reading.bad_refunds]
    return [words_for_gateway(reading.refunds_error).message] if reading.refunds_error else []


def _known(account: Account, reading: OrderSnapshot) -> dict[str, Any]:
    """What an order's page and the panel beside the list both say: its money, what can be done, what happened."""
    order = reading.order
    intents = _intents(account, order.order_id)
    reading = reading.knowing(intents)
    told = entries_for_object(account.slug, "order", order.order_id)
    deliveries = _deliveries(account, order.order_id)
    release()
    order_figures = figures(reading, [intent for intent in intents if intent.is_open])
    return {
        "order": order,
        "reading": reading,
        "figures": order_figures,
        "offers": offers(account, reading, order_figures, intents, current_user.permissions),
        "history": timeline(account, reading, intents, told, deliveries),
    }


def _settlements(account: Account, reading: OrderSnapshot) -> OrderSettlements | None:
    """For those who may see settlements."""
    if not current_user.can(Permission.SETTLEMENTS_READ):
        return None
    return order_settlements(account, reading.order, reading.refunds or reading.other_refunds)


def _people(order: Order, *, is_open: bool) -> dict[str, object]:
    """Personal data, masked unless opened; metadata and the raw answer only once opened, for they hold it too."""
    return {
        "people": people(order, is_open=is_open),
        "may_open": current_user.can(Permission.PERSONAL_DATA_OPEN),
        "metadata": _as_json(order.metadata) if is_open and order.metadata else None,
        "raw": _as_json(order.raw) if is_open else None,
    }


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=dict)


def _deliveries(account: Account, order_id: str) -> list[Delivered]:
    """What was delivered about it, linked for those who may see the log of deliveries."""
    may_see = current_user.can(Permission.HOOKS_READ)
    return [
        (one, url_for("deliveries.show_delivery", account=account, delivery_id=one.id) if may_see else None)
        for one in deliveries_of_order(account, order_id)
    ]


def _intents(account: Account, order_id: str) -> Sequence[Intent]:
    """All intents of an order, oldest first."""
    statement = select(Intent).where(Intent.account == account.slug, Intent.order_id == order_id).order_by(Intent.id)
    return db.session.scalars(statement).all()
