"""Mistakes that would send a refund on one person's word."""

from __future__ import annotations

from typing import Any

import pytest

from webapp.core.database import release
from webapp.operations.engine import deliver, settle
from webapp.payments import approval_decisions, refunds

from . import desk as stage
from .mistakes import Plant


def _sent_at_once(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    """Whatever its state, what was just written is sent."""

    def perform(kind: Any, mover: Any, row: Any, *, is_new: bool, deadline: float) -> Any:
        release()
        return settle(kind, row, deliver(kind, mover, row, deadline=deadline)) if is_new else row

    patch.setattr(refunds, "perform", perform)


def _own(patch: pytest.MonkeyPatch, _desk: stage.Desk) -> None:
    patch.setattr(approval_decisions, "asked_before", lambda request: set())


APPROVAL_MISTAKES: dict[str, Plant] = {
    "what awaits approval is sent all the same": _sent_at_once,
    "whoever asked may approve": _own,
}
