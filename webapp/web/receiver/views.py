"""The address that the provider delivers to: the one thing of the desk that strangers may send to.

It says nothing but yes or no. Who does not know the token is not listened to; who does and cannot sign, not believed.
"""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from webapp.access.permissions import of, public
from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import csrf
from webapp.core.sealing import CannotUnseal
from webapp.models.refused_minute import RefusalCause
from webapp.providers.postpay.signature import HEADER
from webapp.web.doubled_fields import takes_raw_body
from webapp.webhooks.deliveries.ingest import LARGEST, IngestResult, find_receiver, refusals, take_delivery

LONGEST_TOKEN = 100

blueprint = Blueprint("receiver", __name__)
log = structlog.stdlib.get_logger("webapp.receiver")


@blueprint.post("/hooks/<account:account>/<token>", strict_slashes=False)
@public
@of("postpay")
@takes_raw_body
def receive(account: Account, token: str) -> Response:
    """200 once it is on disk, also for a repetition; 401 for a wrong signature, 404 for a wrong address."""
    receiver = find_receiver(account.slug, token) if len(token) <= LONGEST_TOKEN else None
    if receiver is None:
        return _answer(404)
    body = _body()
    if isinstance(body, Response):
        return body
    try:
        taken = take_delivery(
            receiver,
            headers=list(request.headers.items()),
            given=request.headers.get(HEADER),
            body=body,
            sender=request.remote_addr,
            settings=current_app.extensions["settings"],
        )
    except CannotUnseal:
        log.error("the receiver's secret cannot be read", receiver=receiver.id)
        g.refusal_cause = RefusalCause.CANNOT_JUDGE
        return _answer(503)
    return _answer(401 if taken is IngestResult.REFUSED else 200)


def _body() -> bytes | Response:
    """The raw bytes; or why they are not taken."""
    request.max_content_length = LARGEST + 1
    try:
        body = request.get_data(cache=False, parse_form_data=False)
    except RequestEntityTooLarge:
        return _answer(413)
    return body if len(body) <= LARGEST else _answer(413)


@blueprint.after_request
def _count(response: Response) -> Response:
    """Counts what was not taken, also what failed on its way here; a wrong signature is counted where it is judged."""
    account = (request.view_args or {}).get("account")
    if account is not None and response.status_code >= 400 and response.status_code != 401:
        refusals().count(account.slug, _cause(response.status_code))
    return response


def _cause(status: int) -> RefusalCause:
    if status >= 500:
        cause: RefusalCause = g.get("refusal_cause", RefusalCause.NOT_SERVED)
        return cause
    by_status = {404: RefusalCause.UNKNOWN_ADDRESS, 413: RefusalCause.TOO_LARGE}
    return by_status.get(status, RefusalCause.MALFORMED)


csrf.exempt(receive)  # the provider has no form of ours; its signature is what proves it


def _answer(status: int) -> Response:
    release()
    return Response("", status, content_type="text/plain; charset=utf-8")
