"""What a person can do with a rotation: a table of the steps, forward and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from webapp.models.hook_change import HookAction
from webapp.models.rotation import RotationStep


class Act(StrEnum):
    """What a person can do with a rotation, as its addresses say it."""

    MAKE = "make"
    SWITCH_ON = "switch-on"
    NEW_SECRET = "new-secret"  # noqa: S105 - the name of an act
    PAUSE_NEW = "pause-new"
    PAUSE_OLD = "pause-old"
    RESUME_OLD = "resume-old"
    DELETE_OLD = "delete-old"


@dataclass(frozen=True, slots=True)
class Deed:
    """At which step, and what is done to which of the two."""

    step: RotationStep
    action: HookAction
    to_new: bool


DEEDS: Mapping[Act, Deed] = {
    Act.MAKE: Deed(RotationStep.MAKE, HookAction.CREATE, True),
    Act.SWITCH_ON: Deed(RotationStep.INSTALL, HookAction.ACTIVATE, True),
    Act.NEW_SECRET: Deed(RotationStep.INSTALL, HookAction.SECRET, True),
    Act.PAUSE_NEW: Deed(RotationStep.WATCH, HookAction.PAUSE, True),
    Act.PAUSE_OLD: Deed(RotationStep.WATCH, HookAction.PAUSE, False),
    Act.RESUME_OLD: Deed(RotationStep.QUIET, HookAction.ACTIVATE, False),
    Act.DELETE_OLD: Deed(RotationStep.QUIET, HookAction.DELETE, False),
}
