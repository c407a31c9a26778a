"""What happens while an export reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Browser
from webapp.lists.exports import build


@pytest.fixture
def between_readings(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Has something happen after each reading of the rows, before they are counted again."""
    ask = build.ask_patiently

    def plan(happens: Callable[[], None]) -> None:
        def after(*args: object, **more: object) -> object:
            happens()
            return ask(*args, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(build, "ask_patiently", after)

    return plan


@pytest.fixture
def omar(sign_in: Callable[[str], Browser]) -> Browser:
    """The auditor."""
    return sign_in("auditor")
