"""How long something has waited, in words that never say more than is true."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from webapp.presentation.formatting import age


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-3), "0 minutes"),
        (timedelta(seconds=59), "0 minutes"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47), "1 day"),
        (timedelta(days=963, hours=23), "963 days"),
    ],
)
def test_an_age_is_not_rounded_up(app: Flask, span: timedelta, words: str) -> None:
    with app.test_request_context():
        assert age(span) == words
