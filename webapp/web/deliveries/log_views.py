"""The log of deliveries, one of them in full, and what can be done with one."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from webapp import audit
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.core.extensions import db
from webapp.core.sealing import CannotUnseal
from webapp.lists.filters.controls import page_sizes
from webapp.lists.filters.deliveries import DeliveryFilters
from webapp.models.delivery import Delivery
from webapp.presentation.delivery_words import newer_words
from webapp.presentation.masked_body import ShownBody, masked, opened
from webapp.web.guard import refuse
from webapp.web.htmx import redirect_after_post, wants_fragment
from webapp.web.shown_address import shown_address
from webapp.webhooks.deliveries import search
from webapp.webhooks.deliveries.content import Content, open_content
from webapp.webhooks.deliveries.process import ask_again
from webapp.webhooks.deliveries.refused import at_the_address, refused_lately
from webapp.webhooks.forwarding import again, targets
from webapp.webhooks.receiver import settings

from . import blueprint, detail, forwards, listing


@blueprint.get("/<account:account>/deliveries")
@requires(Permission.HOOKS_READ)
@of("postpay")
def list_deliveries(account: Account) -> AnyResponse:
    """The newest first. Asks nobody but our own database."""
    filters = DeliveryFilters(request.args, account.zone)
    base = url_for("deliveries.list_deliveries", account=account)
    if not filters.errors and not wants_fragment() and "" in request.args.values():
        return redirect(filters.address(base), 303)
    values = {**_list_values(account, filters, base), "is_fragment": wants_fragment()}
    release()
    status = 422 if filters.errors else 200
    if not wants_fragment():
        return make_response(render_template("deliveries/list.html", **values), status)
    response = make_response(render_template("deliveries/_results.html", **values), status)
    response.headers["HX-Push-Url"] = filters.address(base, before=filters.before, after=filters.after)
    return response


def _list_values(account: Account, filters: DeliveryFilters, base: str) -> dict[str, Any]:
    sees_settlements = current_user.can(Permission.SETTLEMENTS_READ)
    found = None if filters.errors else listing.listing(account, filters, base, sees_settlements=sees_settlements)
    return {
        "account": account,
        "filters": filters,
        "base": base,
        "listing": found,
        "active": listing.chips(filters, base),
        "sizes": page_sizes(filters, base),
        "choices": {
            "events": listing.events(filters),
            "verdicts": listing.verdicts(filters),
            "outcomes": listing.outcomes(filters),
            "forwards": listing.forwards(filters),
            "days": listing.days(filters),
        },
        "receiver": settings.receiver_of(account),
        "target": next((one for one in targets.targets_of(account) if one.active), None),
        "failed_forwards": search.failed_forwards(account),
        "refused_today": at_the_address(refused_lately(account).day),
        "may_edit": current_user.can(Permission.HOOKS_EDIT),
    }


@blueprint.get("/<account:account>/deliveries/<row_id:delivery_id>")
@requires(Permission.HOOKS_READ)
@of("postpay")
def show_delivery(account: Account, delivery_id: int) -> Response:
    """One delivery; personal data is hidden."""
    return _page(account, _delivery(account, delivery_id))


@blueprint.post("/<account:account>/deliveries/<row_id:delivery_id>/personal-data")
@requires(Permission.PERSONAL_DATA_OPEN)
@of("postpay")
def open_delivery(account: Account, delivery_id: int) -> Response:
    """Headers and body whole, once, after the opening was written down; loading the page again hides them again."""
    if not current_user.can(Permission.HOOKS_READ):
        refuse(Permission.HOOKS_READ)
    delivery = _delivery(account, delivery_id)
    with writing():
        audit.record(
            audit.Action.DELIVERY_OPENED,
            account=account.slug,
            object_type="delivery",
            object_id=delivery.id,
            after={"event": delivery.event},
        )
    return _page(account, delivery, is_open=True)


@blueprint.post("/<account:account>/deliveries/<row_id:delivery_id>/read-again")
@requires(Permission.HOOKS_READ)
@of("postpay")
def read_again(account: Account, delivery_id: int) -> Response:
    """Has the worker ask the provider again."""
    if ask_again(account, delivery_id):
        flash(gettext("It will be read again within seconds."), "success")
    return _to(account, delivery_id)


@blueprint.post("/<account:account>/deliveries/<row_id:delivery_id>/forwarding/<row_id:target_id>")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def try_now(account: Account, delivery_id: int, target_id: int) -> Response:
    """Has it sent to a target now, however it stands there."""
    answer = again.try_now(account, delivery_id, target_id)
    if answer is again.Answer.SENDING:
        flash(gettext("It will be sent within seconds."), "success")
    elif answer is again.Answer.TARGET_OFF:
        flash(gettext("Nothing is sent to this target at the moment: it is paused or deleted."), "warning")
    else:
        flash(gettext("It cannot be sent: it was never genuine, or it is gone."), "warning")
    return _to(account, delivery_id)


def _to(account: Account, delivery_id: int) -> Response:
    return redirect_after_post(url_for("deliveries.show_delivery", account=account, delivery_id=delivery_id))


def _delivery(account: Account, delivery_id: int) -> Delivery:
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None or delivery.account != account.slug:
        abort(404)
    return delivery


def _page(account: Account, delivery: Delivery, *, is_open: bool = False) -> Response:
    content = _content(delivery)
    cards = forwards.cards(account, delivery, is_open=is_open) if delivery.is_genuine else []
    newer = search.newer_about(delivery)
    release()
    sees_settlements = current_user.can(Permission.SETTLEMENTS_READ)
    values = {
        "account": account,
        "delivery": delivery,
        "facts": detail.facts(delivery, listing.object_href(account, delivery, sees_settlements=sees_settlements)),
        "outcome": detail.outcome_facts(delivery),
        "forwards": cards,
        "newer": newer,
        "newer_words": newer_words(delivery) if newer else None,
        "shown": _shown(content, is_open=is_open) if content else None,
        "is_open": is_open,
        "hides_answers": any(line.hides for card in cards for line in card.attempts),
        "may_open": current_user.can(Permission.PERSONAL_DATA_OPEN),
        "may_edit": current_user.can(Permission.HOOKS_EDIT),
    }
    return make_response(render_template("deliveries/show.html", **values))


def _shown(content: Content, *, is_open: bool) -> ShownBody:
    """A proxy's header may hold the address that it was sent to."""
    shown = opened(content) if is_open else masked(content)
    return shown._replace(headers=[(name, shown_address(value)) for name, value in shown.headers])


def _content(delivery: Delivery) -> Content | None:
    try:
        return (
            open_content(current_app.extensions["settings"], delivery.content_sealed)
            if delivery.content_sealed
            else None
        )
    except CannotUnseal:
        return None
