"""Drives rotations, one after the other, at a desk on one engine."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import PASSWORD, PEOPLE, make_settings
from tests.people import hire
from tests.webhooks.at_provider import Hooks
from webapp import create_app
from webapp.core.extensions import db
from webapp.emulators.postpay.server import Sandbox

from .driven import Driven
from .shop import Shop, Trade


def drive(
    sandbox: Sandbox, engine_url: str, shop: Shop, var: Path, *, seed: int, runs: int, moves: int
) -> Iterator[str]:
    """So many, with the seeds from `seed` on; tells of each how it ended. What fails names its seed and its moves."""
    app = create_app(make_settings(sandbox.base_url, engine_url, var))
    with app.app_context():
        hire(app, {"admin": PEOPLE["admin"]}, PASSWORD)
    trade = Trade(Hooks(sandbox.base_url))
    logging.disable(logging.CRITICAL)
    try:
        for number in range(seed, seed + runs):
            try:
                yield Driven(app, sandbox, shop, trade, number).run(moves)
            except AssertionError as error:
                raise AssertionError(f"seed {number}: {error}") from error
    finally:
        logging.disable(logging.NOTSET)
        with app.app_context():
            db.session.close()
            db.engine.dispose()
