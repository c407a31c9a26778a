"""A test event: the provider's test system tells both webhooks something, so that nobody has to wait for an order."""

from __future__ import annotations

from contextlib import suppress

from webapp import audit
from webapp.access.form_tokens import ChangeToken
from webapp.core.accounts import Account
from webapp.core.database import release, writing
from webapp.models.rotation import Rotation, RotationStep
from webapp.providers.http.errors import Conflict
from webapp.providers.postpay.hook_mover import make_test_order
from webapp.providers.postpay.models import HookEvent
from webapp.webhooks.endpoints.errors import NotNow

from .steps import Rotating


def can_be_tried(account: Account, rotation: Rotation) -> bool:
    """Whether a test event would reach the new webhook. Never where orders are real."""
    is_on = rotation.step in (RotationStep.WATCH, RotationStep.QUIET)
    return not account.is_live and is_on and HookEvent.ORDER in rotation.event_list


def send_test_event(work: Rotating, rotation: Rotation, token: ChangeToken) -> str:
    """Has an order made that nobody pays, and returns its id: one for each form. Raises NotNow, GatewayError."""
    if not can_be_tried(work.account, rotation):
        raise NotNow
    order_id = f"desk-test-{token.hash[:16]}"
    with writing():
        audit.record(
            audit.Action.HOOK_TEST_SENT,
            account=rotation.account,
            object_type="hook",
            object_id=rotation.hook_id,
            after={"hook_id": rotation.hook_id, "new_hook_id": rotation.new_hook_id, "what": order_id},
        )
    release()
    with suppress(Conflict):
        make_test_order(work.client, order_id, deadline=work.settings.provider_deadline)
    return order_id
