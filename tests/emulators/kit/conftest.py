"""An emulator of the tiny provider on a free port for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from webapp.emulators.kit.server import Emulator

from . import tiny
from .client import Client


@pytest.fixture
def emulator() -> Iterator[Emulator[tiny.World]]:
    with tiny.emulator() as running:
        yield running


@pytest.fixture
def client(emulator: Emulator[tiny.World]) -> Client:
    return Client(emulator.base_url)
