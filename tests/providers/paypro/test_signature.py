"""Webhook signatures: both published vectors, the tolerance, and what is not genuine."""

from __future__ import annotations

import pytest

from webapp.providers.paypro.signature import TOLERANCE, is_genuine, sign

NOW = 1_790_000_000
BODY = b'{"id": "EVYK7KCFJAXA23UKSG"}'
SECRET = "996QF2kLfVcmF8hzikZVfeB7GPH2RdP7"


@pytest.mark.parametrize(
    ("body", "at", "secret", "published"),
    [
        (b"", 1702298964, "secret", "11a78a4daf3d96996a022be567e444b72bf5f7462311529f0342e0f152d32803"),
        (BODY, 1672527600, SECRET, "9dfc94dfd152e5c428a5b72c27bbbada0c2d81c266b62ab93ab7087aa773729b"),
    ],
)
def test_the_published_vectors(body: bytes, at: int, secret: str, published: str) -> None:
    assert sign(body, secret, at=at) == published
    assert is_genuine(published, str(at), body, [secret], now=at)


@pytest.mark.parametrize(
    ("off", "genuine"), [(0, True), (TOLERANCE, True), (-TOLERANCE, True), (601, False), (-601, False)]
)
def test_time_may_be_off_by_ten_minutes(off: int, genuine: bool) -> None:
    assert is_genuine(sign(BODY, SECRET, at=NOW + off), str(NOW + off), BODY, [SECRET], now=NOW) is genuine


def test_each_of_several_secrets_is_tried_and_an_empty_one_never() -> None:
    signed = sign(BODY, SECRET, at=NOW)
    assert is_genuine(signed, str(NOW), BODY, ["other", SECRET], now=NOW)
    assert not is_genuine(signed, str(NOW), BODY, ["other"], now=NOW)
    assert not is_genuine(sign(BODY, "", at=NOW), str(NOW), BODY, [""], now=NOW)


@pytest.mark.parametrize(
    ("signature", "timestamp"),
    [(None, str(NOW)), ("", str(NOW)), ("x" * 64, str(NOW)), ("A" * 64, str(NOW)), ("a" * 64, None), ("a" * 64, ""),
     ("a" * 64, "soon"), ("a" * 64, "9" * 40), ("a" * 64, f"{NOW}\n"), ("a" * 64, "١٧٩٠٠٠٠٠٠٠")],
)  # fmt: skip
def test_what_is_no_signature(signature: str | None, timestamp: str | None) -> None:
    assert not is_genuine(signature, timestamp, BODY, [SECRET], now=NOW)


def test_another_body_or_time_is_not_genuine() -> None:
    signed = sign(BODY, SECRET, at=NOW)
    assert not is_genuine(signed, str(NOW + 1), BODY, [SECRET], now=NOW)
    assert not is_genuine(signed, str(NOW), BODY + b" ", [SECRET], now=NOW)
