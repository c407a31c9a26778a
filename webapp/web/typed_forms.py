"""What somebody has typed into a form that could not be taken: offered to them once more, whatever came between.

Passwords, codes and secrets are never part of it. It is sent again by a click only, and carries the form's own submit
token along: with it the form stays one decision, however often it is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app, g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import HTTPException
from wtforms.validators import ValidationError

from webapp.access.permissions import ROLE_LABELS, View
from webapp.access.roles import EVERY_ACCOUNT
from webapp.payments.intents import MADE_OTHERWISE, NOT_DONE
from webapp.presentation.hook_words import EVENT_LABELS
from webapp.presentation.refund_line_words import FIELD, NAME, typed_line_words
from webapp.presentation.refund_reasons import REASONS

from .safe_redirect import own_address, page_before

_SECRET = ("csrf", "password", "secret", "code", "passkey")
FROM_KEPT = "from_kept"
"""The field of a form that was kept and is sent now."""
_CHOSEN_BY_THE_PAGE = frozenset(
    (
        *("act", "again", "anyway", "approval", "change", "deducted", "delivery", "encoding", "format", "kept"),
        *("lines", "next", "object_id", "owner", "prepared", "query", "reviewed", "seen", "theme", "username"),
        *("version", "what"),
    )
)
"""Fields that nobody types: hidden ones, buttons, who looks after something, what is ticked to confirm an act."""

_NAMES = {
    "account": _l("Short name of the account"),
    "accounts": _l("On which accounts"),
    "amount": _l("Amount"),
    "everywhere": _l("Role on all accounts"),
    "events": _l("Tell the shop of"),
    "found": _l("What you found"),
    "host": _l("Host"),
    FIELD: _l("Items"),
    "name": _l("Name"),
    "limit_account": _l("On which accounts"),
    "limit_currency": _l("Currency"),
    "note": _l("Note"),
    "per_hour": _l("Refunds in an hour"),
    "per_order": _l("Of one order in 24 hours"),
    "part": _l("How much"),
    "reason": _l("Reason"),
    "received": _l("Amount that the bank received"),
    "url": _l("Address"),
}
_ROLES = {role.value: words for role, words in ROLE_LABELS.items()}
_CHOICES: dict[str, dict[str, Any]] = {
    "role": _ROLES,
    "everywhere": _ROLES,
    "accounts": {EVERY_ACCOUNT: _l("All accounts")},
    "limit_account": {EVERY_ACCOUNT: _l("All accounts")},
    "part": {"part": _l("An amount"), "whole": _l("Everything that is left"), "lines": _l("Items")},
    "reason": {**REASONS},
    "events": EVENT_LABELS,
    "found": {NOT_DONE: _l("Postpay did not do it"), MADE_OTHERWISE: _l("Postpay did it, but with different data")},
}
_WHAT = {
    "refunds.review_refund": _l("Refund of order %(order_id)s"),
    "in_progress.close_intent": _l("Closing a refund or capture"),
    "in_progress.resolve": _l("What was done about a refund"),
    "payouts.enter_bank_amount": _l("What the bank received for a payout"),
    "payouts.settle_exception": _l("Bank exception of a payout"),
    "auth.change_name": _l("Your name"),
    "auth.keep_passkey": _l("New passkey"),
    "people.invite_person": _l("Invitation"),
    "people.change_roles": _l("Roles of a person"),
    "people.change_limits": _l("Refund limits of a person"),
    "approvals.reject": _l("Rejecting a request"),
    "approvals.return_request": _l("Returning a request"),
    "hooks.create_hook": _l("New webhook"),
    "hooks.edit_hook": _l("Edit webhook"),
    "hooks.delete_hook": _l("Delete webhook"),
    "hooks.close_change": _l("Giving up a change of a webhook"),
    "deliveries.add_target": _l("New forwarding target"),
    "deliveries.change_target": _l("Edit forwarding target"),
    "deliveries.delete_target": _l("Delete forwarding target"),
    "deliveries.stop_receiving": _l("Stop receiving"),
    "deliveries.try_signature": _l("Signature bench"),
}

Fields = list[tuple[str, str]]


class TypedForm(NamedTuple):
    """Where a form goes, and its fields in order, as text."""

    address: str
    fields: Fields

    @property
    def shown(self) -> list[tuple[LazyString | str, str]]:
        """What a person typed or chose, in their words where we have them, without what is empty."""
        told: dict[str, list[str]] = {}
        names = dict(self.fields)
        for name, text in self.fields:
            if not text.strip() or name.endswith(("_token", NAME)) or name in _CHOSEN_BY_THE_PAGE:
                continue
            if name.startswith(FIELD):
                told.setdefault(FIELD, []).append(typed_line_words(name, text, names.get(name + NAME, "")))
            else:
                told.setdefault(name, []).append(str(_CHOICES.get(name, {}).get(text, text)))
        return [(_label(name), ", ".join(texts)) for name, texts in told.items()]

    @property
    def what(self) -> str:
        """What the form is about, in words; its address where we have none."""
        endpoint, values = self._goes_to
        return str(_WHAT[endpoint]) % values if endpoint in _WHAT else self.address

    @property
    def only_asks(self) -> bool:
        """Whether the form is shown once more before anything is done with it."""
        return bool(getattr(current_app.view_functions.get(self._goes_to[0]), "asks_again", False))

    @property
    def page(self) -> str:
        """Where the form stands empty."""
        return self.address if _endpoint(self.address, "GET")[0] else "/"

    @property
    def _goes_to(self) -> tuple[str, dict[str, Any]]:
        return _endpoint(self.address, "POST")


def _endpoint(address: str, method: str) -> tuple[str, dict[str, Any]]:
    try:
        endpoint, values = current_app.url_map.bind("").match(urlsplit(address).path, method=method)
    except HTTPException:
        return "", {}
    return str(endpoint), dict(values)


def _label(name: str) -> LazyString | str:
    return _NAMES.get(name) or name.replace("_", " ").capitalize()


def asks_again(view: View) -> View:
    """Marks a view of a POST that changes nothing: it only shows what was typed once more."""
    view.asks_again = True  # type: ignore[attr-defined]
    return view


def offered_at(endpoint: str) -> Callable[[View], View]:
    """Marks a view of a POST whose form is offered again a step earlier, at this endpoint with the same arguments."""

    def mark(view: View) -> View:
        view.offered_at = endpoint  # type: ignore[attr-defined]
        return view

    return mark


def is_offered_earlier(view: object) -> bool:
    """Whether the form of a view is offered again a step earlier, where nothing is done yet."""
    return getattr(view, "offered_at", None) is not None


def never_kept(view: View) -> View:
    """Marks a view of a POST: what is typed there is offered again at once, and never stored."""
    view.never_kept = True  # type: ignore[attr-defined]
    return view


def current_form(address: str | None = None) -> TypedForm:
    """The form of this request, to be offered once more to who has sent it; `address`: where it shall go then."""
    kept: TypedForm | None = g.get("typed_form")
    if kept is not None:
        return kept
    sent = request.form.items(multi=True)
    fields = [(name, text.replace("\0", "\ufffd")) for name, text in sent if _is_typed(name)]
    return TypedForm(address or _address(), fields)


def form_to_offer() -> TypedForm | None:
    """The same for a page that says why the form was not taken.

    None where nothing was typed, no page of ours has sent it, or it is more than the desk reads.
    """
    try:
        if g.get("typed_form") is None and not (request.method == "POST" and came_from_our_page()):
            return None
        form = current_form()
    except HTTPException:
        return None
    return form if form.shown and own_address(form.address) else None


def _address() -> str:
    earlier = getattr(current_app.view_functions.get(request.endpoint or ""), "offered_at", None)
    here = request.full_path.rstrip("?")
    if earlier is None:
        return here
    _, mark, query = here.partition("?")
    return url_for(earlier, **request.view_args or {}) + mark + query


def _is_typed(name: str) -> bool:
    """Whether a field belongs to what was typed; not what a line is called of which nothing was."""
    if name.startswith(FIELD) and name.endswith(NAME) and not request.form.get(name.removesuffix(NAME), "").strip():
        return False
    return name not in ("step", FROM_KEPT) and not any(word in name.lower() for word in _SECRET)


def came_from_our_page() -> bool:
    """Whether a page of this desk has sent the form: its token says so, or the browser does."""
    return has_good_token() or _is_of_our_origin()


def has_good_token() -> bool:
    """Whether the form carries the token of the browser's own cookie."""
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
    except ValidationError:
        return False
    return True


def _is_of_our_origin() -> bool:
    """Says the browser, which another site cannot make lie; an old one names the page before at least."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return page_before() is not None and (origin is None or urlsplit(origin).netloc == request.host)
