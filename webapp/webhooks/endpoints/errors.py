"""Why a webhook was not changed, before anything was sent. Each is spoken by the page that asked."""

from __future__ import annotations

from webapp.models.hook_change import HookChange
from webapp.models.rotation import Rotation
from webapp.providers.postpay.models import Hook


class NotChanged(Exception):
    """Nothing was written down as a change, and nothing was sent."""


class HookBusy(NotChanged):
    """Somebody's change of the webhook, or the creation at the same address, is open; there is only ever one."""

    def __init__(self, change: HookChange) -> None:
        super().__init__(f"change {change.id} is open")
        self.change = change


class InRotation(NotChanged):
    """The webhook's secret is being replaced; only the steps of that may change it."""

    def __init__(self, rotation: Rotation) -> None:
        super().__init__(f"rotation {rotation.id} is open")
        self.rotation = rotation


class HookFormReused(NotChanged):
    """The form was already sent once, with other data; `change` is what came of it."""

    def __init__(self, change: HookChange) -> None:
        super().__init__(f"the form of change {change.id} came with other data")
        self.change = change


class StaleHookForm(NotChanged):
    """The webhook is not any more what the form showed, or somebody has changed one since."""


class AlreadyThere(NotChanged):
    """There is a webhook at this address for one of these events: each delivery would be made twice."""

    def __init__(self, hook: Hook) -> None:
        super().__init__("there is one at this address")
        self.hook = hook


class NothingPrepared(NotChanged):
    """There is no secret that was shown in advance, or it is another one than the form showed."""


class NotNow(NotChanged):
    """A step of a rotation, or a repetition, that is not possible (any more)."""


class SecretNotShown(NotNow):
    """Nobody has seen the new webhook's secret yet, so no shop can know it."""
