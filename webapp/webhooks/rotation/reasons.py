"""What a step of a rotation needs: how the shop answers what the new webhook delivers."""

from __future__ import annotations

from contextlib import suppress

from webapp.models.base import now
from webapp.models.rotation import Rotation, Standing
from webapp.providers.http.errors import NotFound
from webapp.providers.postpay.client import PostpayClient
from webapp.webhooks.endpoints.errors import NotNow
from webapp.webhooks.rotation_evidence import is_old_as_left, is_silent, look_at_new
from webapp.webhooks.rotation_state import note

from .acts import Act


class NotTaken(NotNow):
    """The shop has not taken the last delivery of the new webhook, or there was none; `standing` says which."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(f"the new webhook is {standing}")
        self.standing = standing


class TakenBefore(NotNow):
    """The new webhook's last response is a good one from before it is switched on: a new one would look the same."""


def check_reason(client: PostpayClient, rotation: Rotation, act: Act, *, anyway: bool) -> None:
    """What must be true at the provider for a step to make sense. Raises NotNow, GatewayError."""
    match act:
        case Act.SWITCH_ON:
            with suppress(NotFound):
                if client.get_hook(hook_id=rotation.new_hook_id or "").is_taken:
                    raise TakenBefore
        case Act.PAUSE_NEW:
            if look_at_new(client, rotation).standing is Standing.TAKEN:
                raise NotNow
        case Act.PAUSE_OLD:
            standing = look_at_new(client, rotation).standing
            if standing is not Standing.TAKEN and not (anyway and standing is Standing.WAITING):
                raise NotTaken(standing)
        case Act.DELETE_OLD:
            if not rotation.is_quiet_over(now()):
                raise NotNow
            standing = watch(client, rotation)
            if standing is not Standing.TAKEN:
                raise NotTaken(standing)
        case Act.NEW_SECRET:
            if rotation.was_active:
                raise NotNow


def watch(client: PostpayClient, rotation: Rotation) -> Standing:
    """Looks after a rotation whose old webhook is paused, and writes down what it sees. Raises GatewayError."""
    standing = look_at_new(client, rotation).standing
    if standing is Standing.WAITING and is_silent(client, rotation):
        standing = Standing.SILENT
    asks_for_old = rotation.is_quiet_over(now()) or rotation.trouble == Standing.OLD_CHANGED
    if standing is Standing.TAKEN and asks_for_old and not is_old_as_left(client, rotation):
        standing = Standing.OLD_CHANGED
    note(rotation, standing)
    return standing
