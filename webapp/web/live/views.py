"""Open pages ask now and then whether something happened since they were drawn; mostly nothing did, and that is cheap.

Polling, not server-sent events: an event stream holds a thread for as long as its page is open, and two processes of
32 threads have 64. A question every 15 seconds, answered by a few index look-ups, holds one for milliseconds
(`python -m tests.bench --only live` measures both).
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, request

from webapp.access.permissions import Permission, of_any, requires
from webapp.core.accounts import Account
from webapp.core.provider_id import is_provider_id
from webapp.web.live_pages import latest

blueprint = Blueprint("live", __name__)


@blueprint.get("/<account:account>/live")
@requires(Permission.ORDER_READ)
@of_any
def look_for_news(account: Account) -> Response:
    """204 while nothing happened since `seen`; else the mark to ask with from now on. `order` narrows it to one."""
    order_id = request.args.get("order") or None
    if order_id is not None and not is_provider_id(order_id):
        return make_response("", 204)
    newest = latest(account, order_id)
    if not newest.is_after(request.args.get("seen", "")):
        return make_response("", 204)
    return jsonify(seen=newest.mark)
