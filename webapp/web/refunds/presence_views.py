"""Who else has the refund form of an order open: an open form asks every quarter of a minute."""

from __future__ import annotations

from flask import Response, make_response, render_template
from flask_login import current_user

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.payments.open_forms import note_at_form

from . import blueprint


@blueprint.get("/<account:account>/orders/<provider_id:order_id>/refund/others")
@requires(Permission.REFUND_CREATE)
@of("postpay")
def tell_others(account: Account, order_id: str) -> Response:
    """Their names; that somebody asks is the sign that their own form is open. The provider is not asked."""
    others = note_at_form(account, order_id, current_user.id)
    return make_response(render_template("refunds/_others.html", others=others))
