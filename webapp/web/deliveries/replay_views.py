"""Replays: what to send to a target again is chosen, shown and counted, confirmed, and watched."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from flask import Response, abort, flash, make_response, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from markupsafe import Markup

from webapp.access.form_tokens import BadToken, new_change_token, read_change_token
from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.provider_id import visible
from webapp.models.delivery import Delivery
from webapp.models.forward import ForwardTarget, Replay
from webapp.presentation.delivery_words import FORWARD_STATES, event_words, newer_words
from webapp.presentation.formatting import time_html
from webapp.presentation.pager import Pager, numbered_pager
from webapp.web.htmx import redirect_after_post, wants_fragment
from webapp.webhooks.forwarding import replay, targets
from webapp.webhooks.forwarding.replay import Choice, Count

from . import blueprint, forward_page
from .forward_forms import ReplayForm

PAGE_SIZE = 20
LAST_PAGE = replay.MOST // PAGE_SIZE


class Candidate(NamedTuple):
    """A delivery that would be sent, ready for its cells."""

    href: str
    event: str
    object_id: str
    received: Markup
    state: tuple[str, str] | None
    newer: str | None


class Preview(NamedTuple):
    """What a replay would send, in words; the page of it that is shown, and the token of its button."""

    counted: Count
    title: str
    left_out: str | None
    act: str
    rows: list[Candidate]
    pager: Pager
    token: str
    is_too_much: bool


@blueprint.get("/<account:account>/deliveries/replay")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def choose_replay(account: Account) -> Response:
    """What to choose from; once something was chosen, which and how many deliveries that is."""
    is_asked = "target" in request.args
    form = ReplayForm(_targets(account), formdata=request.args if is_asked else None)
    if is_asked and not form.validate():
        return _page(account, form, None, 422)
    target = form.chosen_target
    if not is_asked or target is None:
        return _page(account, form, None)
    return _page(account, form, _preview(account, target, form))


@blueprint.post("/<account:account>/deliveries/replay")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def start_replay(account: Account) -> Response:
    """Sends what the form showed, once; when that is not the same any more, it is shown anew."""
    form = ReplayForm(_targets(account))
    target = form.chosen_target
    if not form.validate() or target is None:
        return _page(account, form, None, 422)
    try:
        choice, seen, token_hash = _confirmed(account, target, form)
        replay_id = replay.start(
            account, target, choice, seen=seen, token_hash=token_hash, person_id=current_user.id
        )  # fmt: skip
    except (BadToken, replay.OtherwiseNow, replay.TooMany):
        problem = gettext("What would be sent has changed since the page was opened, so nothing was sent. Look again.")
        return _page(account, form, _preview(account, target, form), 409, problem)
    except replay.UnderWay as error:
        flash(gettext("A replay to this target is still being queued. Wait until it is."), "warning")
        replay_id = error.replay_id
    return redirect_after_post(url_for("deliveries.show_replay", account=account, replay_id=replay_id))


@blueprint.get("/<account:account>/deliveries/replays/<row_id:replay_id>")
@requires(Permission.HOOKS_READ)
@of("postpay")
def show_replay(account: Account, replay_id: int) -> str:
    """How far it is; the page asks again by itself while it goes on."""
    one = _replay(account, replay_id)
    standing = forward_page.standing(one)
    may_edit = current_user.can(Permission.HOOKS_EDIT)
    values = {"account": account, "replay": one, "standing": standing, "may_edit": may_edit}
    release()
    if wants_fragment():
        return render_template("deliveries/_replay.html", **values, follows=True)
    facts = forward_page.replay_facts(one)
    return render_template(
        "deliveries/replay.html", **values, follows=standing.is_open, facts=facts, refreshes=standing.is_open
    )


@blueprint.post("/<account:account>/deliveries/replays/<row_id:replay_id>/cancel")
@requires(Permission.HOOKS_EDIT)
@of("postpay")
def cancel_replay(account: Account, replay_id: int) -> Response:
    """What was not tried yet is not sent."""
    _replay(account, replay_id)
    left = replay.cancel(account, replay_id)
    if left is None:
        flash(gettext("There was nothing left to cancel."), "info")
    else:
        words = ngettext(
            "%(count)s delivery is not sent.", "%(count)s deliveries are not sent.", left, count=f"{left:,}"
        )
        flash(words, "success")
    return redirect_after_post(url_for("deliveries.show_replay", account=account, replay_id=replay_id))


def _targets(account: Account) -> list[ForwardTarget]:
    return [one for one in targets.targets_of(account) if one.active]


def _replay(account: Account, replay_id: int) -> Replay:
    found = db.session.get(Replay, replay_id, populate_existing=True)
    if found is None or found.account != account.slug:
        abort(404)
    return found


def _confirmed(account: Account, target: ForwardTarget, form: ReplayForm) -> tuple[Choice, Count, str]:
    """What the page showed that was confirmed. Raises BadToken, also where it showed something else."""
    given = request.form.get("submit_token", "")
    who = {"user_id": current_user.id, "account": account.slug, "object_id": str(target.id)}
    token = read_change_token(given, kind=replay.KIND, **who)
    digest, _, counted = token.seen.partition(" ")
    chosen, _, replaced = counted.partition(" ")
    if digest != _digest(form):
        raise BadToken
    return form.to_choice(token.version), Count(int(chosen), int(replaced)), token.hash


def _preview(account: Account, target: ForwardTarget, form: ReplayForm) -> Preview:
    last_id = replay.last_delivery(account)
    choice = form.to_choice(last_id)
    counted = replay.count(account, target, choice)
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    found = replay.page_of(account, target, choice, number=number, size=PAGE_SIZE)
    rows = [_candidate(account, one, state, newer) for one, state, newer in found]
    release()
    total = min(counted.chosen, replay.MOST)

    def address(page: int) -> str:
        values: dict[str, Any] = {**form.pairs, "page": page}
        return url_for("deliveries.choose_replay", account=account, **values)

    pager = numbered_pager(number, PAGE_SIZE, total, address)
    token = new_change_token(
        replay.KIND, user_id=current_user.id, account=account.slug, object_id=str(target.id), version=last_id,
        seen=f"{_digest(form)} {counted.chosen} {counted.replaced}",
    )  # fmt: skip
    title, left_out, act = _count_words(counted, target.name)
    return Preview(counted, title, left_out, act, rows, pager, token, counted.chosen > replay.MOST)


def _count_words(counted: Count, name: str) -> tuple[str, str | None, str]:
    """What stands above the list, what is left out of it, and on the button."""
    chosen, replaced = _number(counted.chosen), _number(counted.replaced)
    title = ngettext(
        "%(count)s delivery to %(name)s", "%(count)s deliveries to %(name)s", counted.chosen, count=chosen, name=name
    )
    left_out = ngettext(
        "%(count)s other is left out: a newer state of its order or transaction has been received since.",
        "%(count)s others are left out: newer states of their orders and transactions have been received since.",
        counted.replaced,
        count=replaced,
    )
    act = ngettext("Send %(count)s delivery now", "Send %(count)s deliveries now", counted.chosen, count=chosen)
    return title, left_out if counted.replaced else None, act


def _number(count: int) -> str:
    """As it was counted: up to so many."""
    if count > replay.MOST:
        return gettext("More than %(most)s", most=f"{replay.MOST:,}")
    return f"{count:,}"


def _digest(form: ReplayForm) -> str:
    return hashlib.sha256(repr(sorted(form.pairs.items())).encode()).hexdigest()


def _candidate(account: Account, delivery: Delivery, state: str | None, newer: bool) -> Candidate:
    words: Any = FORWARD_STATES[state] if state else None
    return Candidate(
        url_for("deliveries.show_delivery", account=account, delivery_id=delivery.id),
        event_words(delivery.event),
        visible(delivery.object_id or ""),
        time_html(delivery.received),
        (str(words[0]), words[1]) if words else None,
        newer_words(delivery) if newer else None,
    )


def _page(
    account: Account, form: ReplayForm, preview: Preview | None, status: int = 200, problem: str | None = None
) -> Response:
    page = render_template(
        "deliveries/choose_replay.html",
        account=account,
        form=form,
        preview=preview,
        target=form.chosen_target,
        problem=problem,
        most=replay.MOST,
    )
    return make_response(page, status)
