"""Deliveries are taken or not: verified over the raw body, whatever is wrong with them."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest

from tests.webhooks.receiving import Receiving, order_body
from webapp.providers.postpay.signature import sign, sign_bare
from webapp.webhooks.deliveries.ingest import LARGEST
from webapp.webhooks.receiver import settings

BODY = order_body()


def verdicts(receiving: Receiving) -> list[str]:
    return [row.verdict for row in receiving.rows()]


def test_a_genuine_delivery_is_written_down_before_it_is_answered(receiving: Receiving) -> None:
    answer = receiving.deliver(BODY, at=int(time.time()) - 7)
    assert (answer.status_code, answer.data) == (200, b"")
    (row,) = receiving.rows()
    assert (row.verdict, row.event, row.object_kind, row.object_id, row.order_id) == (
        "timed", "order", "order", "order-01", "order-01",
    )  # fmt: skip
    assert (row.outcome, row.size, row.repeats) == ("waiting", len(BODY), 0)
    assert row.age in (7, 8)


def test_a_slash_after_the_address_is_no_other_address(receiving: Receiving) -> None:
    assert receiving.deliver(BODY, path=f"{receiving.path}/").status_code == 200
    assert [(row.verdict, row.object_id) for row in receiving.rows()] == [("timed", "order-01")]
    for path in (f"{receiving.path}//", f"{receiving.path}/x", f"{receiving.path[:-1]}/"):
        assert receiving.deliver(BODY, path=path).status_code == 404


def test_the_bare_form_is_genuine_too(receiving: Receiving) -> None:
    assert receiving.deliver(BODY, sign_bare(BODY, receiving.secret)).status_code == 200
    assert [(row.verdict, row.age) for row in receiving.rows()] == [("bare", None)]


def test_an_old_delivery_is_not_taken_as_one_without_a_time(receiving: Receiving) -> None:
    """The time before the body, and the timed digest alone: all of it was signed, in this order."""
    for off in (0, 3600):
        time_, _, digest = sign(BODY, receiving.secret, at=int(time.time()) - off).partition(":")
        assert receiving.deliver(f"{time_}:".encode() + BODY, digest).status_code == 401
    assert set(verdicts(receiving)) == {"wrong"}


def test_a_byte_order_mark_hides_nothing(receiving: Receiving) -> None:
    body = b"\xef\xbb\xbf" + BODY
    assert receiving.deliver(body).status_code == 200
    (row,) = receiving.rows()
    assert (row.outcome, row.object_id) == ("waiting", "order-01")


def test_a_time_too_far_off_is_not_taken(receiving: Receiving) -> None:
    for off in (-310, 301, 3600, -86400):
        assert receiving.deliver(BODY, at=int(time.time()) - off).status_code == 401
    rows = {(row.verdict, row.outcome, row.object_id, row.repeats) for row in receiving.rows()}
    assert rows == {("out_of_time", "refused", None, 0)}


@pytest.mark.requirement("R57")
def test_no_flipped_bit_gets_through(receiving: Receiving) -> None:
    signature = sign(BODY, receiving.secret, at=int(time.time()))
    for place in range(0, len(BODY), 7):
        flipped = bytearray(BODY)
        flipped[place] ^= 1 << place % 8
        assert receiving.deliver(bytes(flipped), signature).status_code == 401
    for place in range(len(signature)):
        other = signature[:place] + chr(ord(signature[place]) ^ 1) + signature[place + 1 :]
        assert receiving.deliver(BODY, other).status_code in (400, 401), place
    assert set(verdicts(receiving)) <= {"wrong", "out_of_time"}


ODD = ["", ":", "1:", "x", "0" * 64, "1700000000:" + "0" * 64, "9" * 12 + ":" + "0" * 64, "\xfc" * 64, "0" * 5000]


def test_odd_signatures_are_refused_without_a_word(receiving: Receiving) -> None:
    for signature in ODD:
        answer = receiving.deliver(BODY, signature)
        assert (answer.status_code, answer.data) == (401, b"")


def test_sha_1_is_not_good_enough(receiving: Receiving) -> None:
    weak = hmac.new(receiving.secret.encode(), BODY, hashlib.sha1).hexdigest()
    assert receiving.deliver(BODY, weak).status_code == 401


def test_who_does_not_know_the_address_is_not_listened_to(receiving: Receiving) -> None:
    for path in (
        "/hooks/demo/" + "A" * 43,
        "/hooks/demo/x",
        "/hooks/demo/" + "x" * 5000,
        "/hooks/other/" + receiving.token,
    ):
        assert receiving.deliver(BODY, path=path).status_code == 404
    assert receiving.app.test_client().get(receiving.path).status_code == 405
    assert receiving.rows() == []


def test_a_stopped_receiver_is_deaf_and_has_forgotten_its_secrets(receiving: Receiving) -> None:
    with receiving.app.app_context():
        settings.stop_receiving(receiving.account, receiving.id)
        assert settings.receiver_of(receiving.account) is None
    assert receiving.deliver(BODY).status_code == 404


@pytest.mark.requirement("R57")
def test_one_mebibyte_is_the_most(receiving: Receiving) -> None:
    largest = order_body(note="x" * (LARGEST - len(order_body(note=""))))
    assert len(largest) == LARGEST
    assert receiving.deliver(largest).status_code == 200
    assert receiving.deliver(largest + b" ").status_code == 413
    assert receiving.deliver(b"x" * 10 * LARGEST).status_code == 413
    assert receiving.deliver(largest, "0" * 64).status_code == 401
    assert [(row.verdict, row.size, bool(row.content_sealed)) for row in receiving.rows()] == [
        ("timed", LARGEST, True), ("wrong", LARGEST, False),
    ]  # fmt: skip


def test_the_body_is_taken_raw_whatever_it_calls_itself(receiving: Receiving) -> None:
    body = b"a=1&a=2&csrf_token=x"
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        assert receiving.deliver(body + kind.encode(), **{"Content-Type": kind}).status_code == 200
    assert {row.outcome for row in receiving.rows()} == {"nothing"}
    assert len(receiving.rows()) == 3
