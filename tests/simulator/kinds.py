"""The kinds of histories there are, each with the mistakes that it has to find."""

from __future__ import annotations

from typing import NamedTuple

from .approval_history import play_approvals
from .approval_mistakes import APPROVAL_MISTAKES
from .history import Play, play_money
from .hook_history import play_webhooks
from .hook_mistakes import HOOK_MISTAKES
from .mistakes import MISTAKES, Plant


class History(NamedTuple):
    play: Play
    mistakes: dict[str, Plant]


HISTORIES = {
    "money": History(play_money, MISTAKES),
    "webhooks": History(play_webhooks, HOOK_MISTAKES),
    "approvals": History(play_approvals, APPROVAL_MISTAKES),
}
