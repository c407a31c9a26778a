"""A desk that tells what goes wrong: to a real mailbox, and to a real HTTP endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr

from tests.conftest import make_settings
from tests.emulators.kit.receiver import Receiver
from tests.emulators.kit.receiver import receiving as listening
from webapp import create_app
from webapp.core.extensions import db
from webapp.core.settings import Settings

from .mailbox import Mailbox, mailbox
from .watching import Watching

FROM, TO = "desk@shop.example", ("ops@shop.example", "payments@shop.example")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as served:
        yield served


@pytest.fixture
def slack() -> Iterator[Receiver]:
    with listening() as served:
        yield served


@pytest.fixture
def telling(engine_url: str, tmp_path: Path, box: Mailbox, slack: Receiver) -> Settings:
    """Both ways are set up."""
    return make_settings(
        "http://127.0.0.1:1",
        engine_url,
        tmp_path,
        smtp_host="127.0.0.1",
        smtp_port=box.port,
        smtp_security="none",
        alert_mail_from=FROM,
        alert_mail_to=TO,
        alert_webhook=SecretStr(slack.url),
    )


@pytest.fixture
def watching(telling: Settings) -> Iterator[Watching]:
    app: Flask = create_app(telling)
    yield Watching(app)
    with app.app_context():
        db.engine.dispose()
