"""From one order of a list to the next, and to the one before: asked for only when somebody goes there."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.providers.registry import postpay
from webapp.web.list_place import current_place

from . import blueprint


@blueprint.get("/<account:account>/orders/<provider_id:order_id>/next")
@requires(Permission.ORDER_READ)
@of("postpay")
def open_next(account: Account, order_id: str) -> AnyResponse:
    """The order below it in the list that one came from; at the end, the list."""
    return _open_beside(account, order_id, 1, gettext("That was the last order of the list."))


@blueprint.get("/<account:account>/orders/<provider_id:order_id>/previous")
@requires(Permission.ORDER_READ)
@of("postpay")
def open_previous(account: Account, order_id: str) -> AnyResponse:
    """The order above it in the list that one came from; at the beginning, the list."""
    return _open_beside(account, order_id, -1, gettext("That was the first order of the list."))


def _open_beside(account: Account, order_id: str, step: int, at_the_end: str) -> AnyResponse:
    place = current_place()
    if not place:
        return redirect(url_for(".show_order", account=account, order_id=order_id), 303)
    found = place.beside(postpay(account), order_id, step)
    if found is None:
        flash(at_the_end, "info")
        return redirect(place.back_href, 303)
    there = replace(place, at=found.at)
    return redirect(url_for(".show_order", account=account, order_id=found.order_id) + there.suffix, 303)
