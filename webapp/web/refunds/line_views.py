"""What chosen lines of an order come to, told while they are being chosen."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.money import Money
from webapp.payments.refunds import refundable_lines
from webapp.payments.snapshot import OrderSnapshot
from webapp.providers.http.errors import GatewayError
from webapp.providers.registry import postpay
from webapp.web.htmx import wants_fragment

from . import blueprint
from .limits import room_of
from .line_rows import chosen_lines


@blueprint.get("/<account:account>/orders/<provider_id:order_id>/refund/chosen")
@requires(Permission.REFUND_CREATE)
@of("postpay")
def show_chosen(account: Account, order_id: str) -> AnyResponse:
    """The sum in a sentence, nothing while it is not known. One call, and nothing is kept.

    `left` is what the form shows as refundable, in minor units; the review reads it again.
    """
    if not wants_fragment():
        return redirect(url_for(".ask_refund", account=account, order_id=order_id))
    try:
        order = postpay(account).get_order(order_id=order_id)
    except GatewayError:
        return make_response("")
    return _told(account, OrderSnapshot.of_order(order))


def _told(account: Account, reading: OrderSnapshot) -> Response:
    order = reading.order
    left = request.args.get("left", order.total.minor, type=int)
    remaining = Money(min(max(left, 0), order.total.minor), order.currency)
    lines = refundable_lines(account, reading)
    chosen = chosen_lines(lines, request.args, remaining, room_of(account, reading))
    return make_response(render_template("refunds/_chosen.html", chosen=chosen))
