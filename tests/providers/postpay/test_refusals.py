"""Each documented error becomes the exception that says what the caller can do."""

from __future__ import annotations

import pytest

from tests.providers.conftest import MakeClient, Serve
from tests.providers.raw_server import always, answer, refusal
from webapp.money import Money
from webapp.providers.http import errors
from webapp.providers.http.errors import GatewayError, Refused, Throttled, Unauthorized, UnreadableAnswer
from webapp.providers.postpay.client import encode_refund
from webapp.providers.postpay.errors import flatten

BODY = encode_refund(refund_id="r-1", amount=Money(500, "AED"))

DOCUMENTED = [
    (400, "invalid", errors.Invalid),
    (400, "parse_error", errors.Invalid),
    (401, "authentication_failed", errors.Unauthorized),
    (402, "payment_required", errors.Refused),
    (402, "capture_error", errors.CaptureDeclined),
    (403, "permission_denied", errors.Forbidden),
    (404, "not_found", errors.NotFound),
    (405, "method_not_allowed", errors.Refused),
    (406, "not_acceptable", errors.Refused),
    (409, "conflict", errors.Conflict),
    (409, "invalid_status", errors.InvalidStatus),
    (409, "limit_exceeded", errors.LimitExceeded),
    (410, "gone", errors.Refused),
    (410, "expired", errors.CaptureExpired),
    (415, "unsupported_media_type", errors.Refused),
    (422, "unprocessable", errors.Invalid),
    (429, "throttled", errors.Throttled),
]
UNDOCUMENTED = [
    (400, "odd", errors.Invalid),
    (401, "odd", errors.Unauthorized),
    (402, "odd", errors.Refused),
    (403, "odd", errors.Forbidden),
    (404, "odd", errors.NotFound),
    (409, "odd", errors.Refused),
    (409, "capture_error", errors.Refused),
    (410, "odd", errors.Refused),
    (418, "teapot", errors.Refused),
    (429, "odd", errors.Throttled),
]


def refused(make_client: MakeClient, serve: Serve, data: bytes) -> GatewayError:
    server = serve(always(data))
    with pytest.raises(GatewayError) as caught:
        make_client(server.base_url).create_refund(order_id="order-01", body=BODY)
    return caught.value


@pytest.mark.parametrize(("status", "code", "kind"), DOCUMENTED + UNDOCUMENTED)
def test_a_status_and_a_code_make_an_exception(
    make_client: MakeClient, serve: Serve, status: int, code: str, kind: type[Refused]
) -> None:
    error = refused(make_client, serve, answer(refusal(code, "Words.", amount=["Too much."]), status=status))
    assert type(error) is kind
    assert (error.status, error.code, error.message) == (status, code, "Words.")
    assert error.fields == {"amount": ["Too much."]}
    assert (error.endpoint, error.method) == ("create_refund", "POST")


@pytest.mark.parametrize(("status", "kind"), [(401, Unauthorized), (429, Throttled)])
def test_some_statuses_need_no_readable_body(
    make_client: MakeClient, serve: Serve, status: int, kind: type[Refused]
) -> None:
    error = refused(make_client, serve, answer(b"<h1>Stop</h1>", status=status, Retry_After="7"))
    assert type(error) is kind
    assert error.retry_after == 7


@pytest.mark.parametrize("status", [400, 402, 403, 404, 409, 410, 422])
@pytest.mark.parametrize(
    "body",
    [
        b"<h1>No</h1>",
        b"",
        b"{}",
        b'{"error": "no"}',
        b'{"error": {"code": 7}}',
        b'{"error": []}',
        b'{"detail": "Not found."}',
        b"[" * 5000,
    ],
)
def test_another_body_proves_nothing(make_client: MakeClient, serve: Serve, status: int, body: bytes) -> None:
    error = refused(make_client, serve, answer(body, status=status))
    assert type(error) is UnreadableAnswer
    assert error.status == status


def test_a_log_line_of_an_error_tells_no_foreign_word(make_client: MakeClient, serve: Serve) -> None:
    body = refusal("Card of john@postpay.io", "john@postpay.io", **{"john@postpay.io": ["john@postpay.io"]})
    error = refused(make_client, serve, answer(body, status=409))
    assert str(error) == "create_refund (POST): 409 a code of its own"
    assert "john" not in repr(error)


@pytest.mark.parametrize(
    ("fields", "flat"),
    [
        ({"amount": ["One.", "Two."]}, {"amount": ["One.", "Two."]}),
        ({"merchant": {"confirmation_url": ["Bad."]}}, {"merchant.confirmation_url": ["Bad."]}),
        ({"items": [{}, {"qty": ["Bad."]}]}, {"items.1.qty": ["Bad."]}),
        ({"amount": "One."}, {"amount": ["One."]}),
        ({"amount": [1, None, "One."]}, {"amount": ["One."]}),
        ({"amount": None}, {"amount": []}),
        ("text", {}),
        (None, {}),
        ([], {}),
    ],
)
def test_fields_are_flattened_with_dots(fields: object, flat: dict[str, list[str]]) -> None:
    assert flatten(fields) == flat


def test_field_messages_have_an_end(make_client: MakeClient, serve: Serve) -> None:
    many = {f"field{at}": ["x" * 1000] * 15 for at in range(100)}
    error = refused(make_client, serve, answer(refusal("invalid", "m" * 10_000, **many), status=400))
    assert isinstance(error, Refused)
    assert len(error.fields) == 50
    assert {len(text) for texts in error.fields.values() for text in texts} == {500}
    assert len(error.message) == 500
