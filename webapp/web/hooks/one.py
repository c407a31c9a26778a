"""What the pages of one webhook share."""

from __future__ import annotations

from flask import Response, make_response, render_template
from sqlalchemy import select

from webapp.core.accounts import Account
from webapp.core.database import release
from webapp.core.extensions import db
from webapp.models.delivery import Receiver
from webapp.models.hook_change import HookChange
from webapp.models.rotation import Rotation
from webapp.web.typed_forms import form_to_offer
from webapp.webhooks.endpoints.changes import open_change_of, open_rotation_of


def unfinished_of(account: Account, hook_id: str) -> tuple[HookChange | None, Rotation | None]:
    """The change whose outcome is not known yet, and the rotation that is open."""
    found = open_change_of(account, hook_id), open_rotation_of(account, hook_id)
    release()
    return found


def in_the_way(account: Account, hook_id: str) -> Response | None:
    """The sentence that says why the webhook cannot be changed now; None where nothing is open about it."""
    change, rotation = unfinished_of(account, hook_id)
    if change is None and rotation is None:
        return None
    values = {"change": change, "rotation": rotation, "unsent": form_to_offer()}
    return make_response(render_template("hooks/not_changed.html", account=account, **values), 409)


def is_the_desks_own(account: Account, hook_id: str) -> bool:
    """Whether a webhook leads to the desk itself, which keeps its secret under Deliveries."""
    own = (
        select(Receiver.id)
        .join(HookChange, HookChange.id == Receiver.hook_change_id)
        .where(Receiver.account == account.slug, Receiver.stopped.is_(None), HookChange.hook_id == hook_id)
    )
    found = db.session.scalar(own)
    release()
    return found is not None
