"""What a refusal means: by its status, and for a 422 by whether it names a field."""

from __future__ import annotations

import json

import pytest

from tests.providers.conftest import Serve
from tests.providers.raw_server import always, answer
from webapp.providers.http import errors
from webapp.providers.http.errors import GatewayError, Refused

from .conftest import MakePayPro

ENVELOPE = {"message": "is wrong", "param": "amount", "type": "invalid_request"}


def refused(make_paypro: MakePayPro, serve: Serve, status: int, body: bytes) -> GatewayError:
    server = serve(always(answer(body, status=status)))
    with pytest.raises(GatewayError) as caught:
        make_paypro(server.base_url).cancel_refund(refund_id="PR1")
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.Invalid), (401, errors.Unauthorized), (403, errors.Forbidden), (404, errors.NotFound),
        (405, errors.Refused), (409, errors.Conflict), (418, errors.Refused), (429, errors.Throttled),
    ],
)  # fmt: skip
def test_a_status_makes_an_exception_also_with_an_empty_object(
    make_paypro: MakePayPro, serve: Serve, status: int, kind: type[Refused]
) -> None:
    for body in (b"{}", b'{"error": 7}', json.dumps({"error": ENVELOPE}).encode()):
        assert type(refused(make_paypro, serve, status, body)) is kind


def test_a_422_about_a_field_and_one_about_the_state(make_paypro: MakePayPro, serve: Serve) -> None:
    field = refused(make_paypro, serve, 422, json.dumps({"error": ENVELOPE}).encode())
    assert isinstance(field, errors.Invalid)
    assert (field.fields, field.code) == ({"amount": ["is wrong"]}, "invalid_request")
    for param in (None, "", 7):
        state = refused(make_paypro, serve, 422, json.dumps({"error": {**ENVELOPE, "param": param}}).encode())
        assert type(state) is errors.InvalidStatus


@pytest.mark.parametrize(
    ("status", "body"),
    [
        *((422, body) for body in (b"{}", b'{"error": []}', b'{"error": {"param": "a"}}', b"[]")),
        (404, b"<html>"),
        (400, b""),
    ],
)
def test_what_is_no_error_as_documented_proves_nothing(
    make_paypro: MakePayPro, serve: Serve, status: int, body: bytes
) -> None:
    assert type(refused(make_paypro, serve, status, body)) is errors.UnreadableAnswer


@pytest.mark.parametrize(("status", "kind"), [(401, errors.Unauthorized), (429, errors.Throttled)])
def test_a_machine_before_the_provider_says_the_same_in_html(
    make_paypro: MakePayPro, serve: Serve, status: int, kind: type[Refused]
) -> None:
    assert type(refused(make_paypro, serve, status, b"<html></html>")) is kind


def test_its_text_for_logs_holds_nothing_of_the_answer(make_paypro: MakePayPro, serve: Serve) -> None:
    told = {"message": "NL02ABNA0123456789 of J. de Vries", "param": "iban", "type": "J. de Vries"}
    error = refused(make_paypro, serve, 422, json.dumps({"error": told}).encode())
    assert str(error) == "cancel_refund (DELETE): 422 a code of its own"
