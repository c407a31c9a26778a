"""Why an operation was not started, before anything was sent."""

from __future__ import annotations

from webapp.models.intent import Intent


class NotMoved(Exception):
    """Nothing was written down as an intent, and nothing was sent."""


class OrderBusy(NotMoved):
    """Somebody's intent for the order is open; there is only ever one."""

    def __init__(self, intent: Intent) -> None:
        super().__init__(f"intent {intent.id} is open")
        self.intent = intent


class FormReused(NotMoved):
    """The form was already sent once, with other data; `intent` is what came of it."""

    def __init__(self, intent: Intent) -> None:
        super().__init__(f"the form of intent {intent.id} came with other data")
        self.intent = intent
