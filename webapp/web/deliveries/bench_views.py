"""The bench: a signature is tried out. What is put on it is neither kept nor logged; secrets are not shown again."""

from __future__ import annotations

import time

from flask import Response, current_app, make_response, render_template, request

from webapp.access.permissions import Permission, of, requires
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.core.sealing import CannotUnseal
from webapp.models.delivery import Delivery, Receiver
from webapp.providers.postpay.signature import HEADER
from webapp.web.typed_forms import asks_again, never_kept
from webapp.webhooks.deliveries.content import open_content
from webapp.webhooks.deliveries.ingest import accepted_secrets
from webapp.webhooks.diagnosis import examine

from . import blueprint
from .bench_form import BenchForm, Stored
from .bench_words import DiagnosisWords, told

EXAMINED = frozenset({HEADER.lower(), "date"})
"""Headers of a stored delivery that say something about its signature. A sender could write one within another."""


@blueprint.get("/<account:account>/deliveries/bench")
@requires(Permission.HOOKS_READ)
@of("postpay")
def show_bench(account: Account) -> Response:
    """The empty bench; or with a stored delivery on it, of which the desk shows nothing here."""
    stored = _stored(account, request.args.get("delivery", ""))
    return _bench(account, BenchForm(stored, formdata=None, delivery=request.args.get("delivery") if stored else ""))


@blueprint.post("/<account:account>/deliveries/bench")
@requires(Permission.HOOKS_READ)
@of("postpay")
@asks_again
@never_kept
def try_signature(account: Account) -> Response:
    """Tries it and says what came of it, on the same page: nothing is changed by it."""
    form = BenchForm(_stored(account, request.form.get("delivery", "")))
    if not form.validate():
        return _bench(account, form, status=422)
    stored = form.stored
    headers = stored.headers if stored else form.headers.data or ""
    moment = stored.received.timestamp() if stored else time.time()
    own = list(stored.secrets) if stored and not form.secrets else []
    finding = examine(headers, form.raw_body, form.secrets or own, now=moment, accepted=len(own) or 1)
    was_taken = stored.was_taken if stored and own else None
    return _bench(account, form, told(finding, was_taken=was_taken))


def _stored(account: Account, number: str) -> Stored | None:
    """A delivery of the log, with the secrets of the receiver that it came to."""
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        return None
    settings = current_app.extensions["settings"]
    delivery = db.session.get(Delivery, int(number))
    receiver = db.session.get(Receiver, delivery.receiver_id) if delivery else None
    release()
    if delivery is None or receiver is None or delivery.account != account.slug or not delivery.content_sealed:
        return None
    try:
        content = open_content(settings, delivery.content_sealed)
        secrets = tuple(one.get_secret_value() for one in accepted_secrets(receiver, settings))
    except CannotUnseal:
        return None
    headers = "\n".join(f"{name}: {value}" for name, value in content.headers if name.lower() in EXAMINED)
    return Stored(headers, content.body, secrets, delivery.received, delivery.is_genuine)


def _bench(account: Account, form: BenchForm, finding: DiagnosisWords | None = None, status: int = 200) -> Response:
    form.secret.data = ""
    values = {"account": account, "form": form, "told": finding}
    return make_response(render_template("deliveries/bench.html", **values), status)
