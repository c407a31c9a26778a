"""When somebody is told that something goes wrong: from how many on, and how long nothing is told again after that."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_FORM = re.compile(r"([0-9]{1,6})/([0-9]{1,5})", re.ASCII)
OFF = "off"


class AlertRule(BaseModel):
    """Of one kind of alert, within the time that it looks back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: Annotated[int, Field(ge=1)]
    quiet_minutes: Annotated[int, Field(ge=1)]

    def __str__(self) -> str:
        return f"{self.threshold}/{self.quiet_minutes}"

    @property
    def quiet(self) -> timedelta:
        return timedelta(minutes=self.quiet_minutes)


def _read(value: object) -> object:
    """`5/60` is five, and an hour; `off` is never. Raises ValueError."""
    if not isinstance(value, str):
        return value
    if value.strip().lower() == OFF:
        return None
    found = _FORM.fullmatch(value.strip())
    if found is None or int(found[1]) < 1 or int(found[2]) < 1:
        raise ValueError("is not of the form 5/60 (how many, and minutes until it is told again), or off")
    return AlertRule(threshold=int(found[1]), quiet_minutes=int(found[2]))


Rule = Annotated[AlertRule | None, BeforeValidator(_read)]
