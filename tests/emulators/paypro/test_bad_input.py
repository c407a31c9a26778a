"""Whatever is wrong gets the documented error, never a 500: every endpoint with every odd input."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.thorough import share
from webapp.emulators.paypro.api import ROUTES
from webapp.emulators.paypro.server import Sandbox

from .client import NOT_FOUND, Client, error_of, invalid

JSON_HEADERS = {"Content-Type": "application/json"}
ENDPOINTS = [(method, pattern) for pattern, methods in ROUTES.items() for method in methods]
WITH_A_BODY = [
    (method, pattern)
    for method, pattern in ENDPOINTS
    if method in ("POST", "PATCH") and pattern[-1] not in ("pause", "resume")
]
TYPES = {"bad_request": 400, "authentication_error": 401, "not_found": 404, "method_not_allowed": 405,
         "invalid_request": 422, "invalid_state": 422}  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2**63, 10**400, 1.5, "", " ", "x", "0", "-1", "1e5", "\x00", "\ud83d\ude00",
    "x" * 5000,
    [], [[]], [None], ["ideal"], {}, {"amount": 1}, {"a": {"b": []}}, "../..", "2026-13-45", "9999-12-31", "0001-01-01",
    "https://[", "//x",
]  # fmt: skip
UNREADABLE = [
    b"{", b"nonsense", b'{"amount": NaN}', b'{"a": "\\ud800"}', b"\xff", b"[" * 9999,
    b'{"amount":' + b"9" * 5000 + b"}",
]  # fmt: skip
QUERIES = (
    "limit=x", "cursor=%00", "limit=5&limit=%ff", "cursor", "&&&=", "a[]=1&state=paid", "limit=1&cursor=bjo",
)  # fmt: skip
JSON_LEAVES = some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False)
FUZZ = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def ids(sandbox: Sandbox) -> dict[str, str]:
    """A thing of each kind that has an address."""
    client = Client(sandbox)
    paid = client.paid()[10:]
    made = {"payments": paid, "refunds": client.refund(f"/payments/{paid}", 1).json()["id"]}
    for kind in ("chargeback", "customer", "mandate"):
        made[f"{kind}s"] = client.thing(kind)["id"]
    for kind in ("subscription", "installment_plan"):
        agreement = client.agreement(kind, number_of_periods=90)
        made[f"{kind}s"] = agreement["id"]
        made[f"{kind}_periods"] = client.read(f"/{kind}s/{agreement['id']}/{kind}_periods")["data"][0]["id"]
    hook = {"name": "n", "description": "d", "url": "https://w.example/h", "active": False}
    made["webhooks"] = client.made("/webhooks", hook)["id"]
    made["events"] = client.read("/events")["data"][0]["id"]
    return made


def path_of(pattern: tuple[str | None, ...], thing_id: str) -> str:
    return "/" + "/".join(part or thing_id for part in pattern)


def is_documented(answer: Any) -> bool:
    """A success, or an error of the documented shape whose type and status belong together."""
    if answer.status_code in (200, 201):
        return True
    status, kind, _ = error_of(answer)
    return TYPES.get(kind) == status


def named(endpoint: tuple[str, tuple[str | None, ...]]) -> str:
    return f"{endpoint[0]} {path_of(endpoint[1], 'ID')}"


def test_all_endpoints_of_the_document_are_there() -> None:
    beyond = {"DELETE /customers/ID", "GET /customers/ID/mandates", "PATCH /installment_plans/ID"}
    names = {named(endpoint) for endpoint in ENDPOINTS}
    assert beyond < names
    assert len(names - beyond) == 48


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
def test_every_endpoint_wants_a_key_and_knows_its_ids(client: Client, endpoint: Any) -> None:
    method, pattern = endpoint
    path = path_of(pattern, "PPNONE00000000")
    for key in ("Bearer wrong", "Basic cHA6", "", "Bearer", "Bearer pp_first pp_second", "pp_first"):
        refused = client.request(method, path, headers={"Authorization": key})
        assert error_of(refused) == (401, "authentication_error", None)
    if None in pattern:
        for odd in ("PPNONE00000000", "%00", "%ff", "..%2F..", "x" * 3000, "%E2%82%AC", "'%20OR%201=1--"):
            assert error_of(client.request(method, path_of(pattern, odd), json={})) == NOT_FOUND


@pytest.mark.parametrize("endpoint", WITH_A_BODY, ids=named)
def test_every_body_is_checked(client: Client, ids: dict[str, str], endpoint: Any) -> None:
    method, pattern = endpoint
    path = path_of(pattern, ids[pattern[0]])
    for body in UNREADABLE:
        refused = client.request(method, path, data=body, headers=JSON_HEADERS)
        assert error_of(refused) == (400, "bad_request", None)
    for body in (b"7", b"null", b'"text"', b"[1]", b"true"):
        refused = client.request(method, path, data=body, headers=JSON_HEADERS)
        assert error_of(refused) == (400, "bad_request", None)
    assert error_of(client.request(method, path, data=b"a=b", headers={"Content-Type": "text/plain"}))[0] == 400
    assert is_documented(client.request(method, path, data=b"[]", headers=JSON_HEADERS))
    too_large = json.dumps({"description": "x" * 2_700_000}).encode()
    assert error_of(client.request(method, path, data=too_large, headers=JSON_HEADERS))[0] == 400


FIELDS = (
    "amount", "currency", "description", "return_url", "pay_methods", "metadata", "customer", "mandate", "iban",
    "setup_mandate", "period", "first_period", "number_of_periods", "start_at", "cancel_at", "email", "country", "name",
    "url", "active", "enabled_event_types", "reason", "pay_method", "payment_details", "scheduling",
)  # fmt: skip


@pytest.mark.parametrize("endpoint", WITH_A_BODY, ids=named)
def test_odd_values_are_taken_or_refused_by_their_name(client: Client, ids: dict[str, str], endpoint: Any) -> None:
    """Each value in every field at once; then each in each field with what is valid around it."""
    method, pattern = endpoint
    path = path_of(pattern, ids[pattern[0]])
    for value in VALUES:
        assert is_documented(client.request(method, path, json=dict.fromkeys(FIELDS, value))), value
    odd = [(field, value) for field in FIELDS for value in VALUES]
    for field, value in share(odd, WITH_A_BODY.index(endpoint), of=len(WITH_A_BODY)):
        assert is_documented(client.request(method, path, json={**valid(ids), field: value})), (field, value)


def valid(ids: dict[str, str]) -> dict[str, Any]:
    """What any of the endpoints would take."""
    period = {"amount": 10, "multiplier": 1, "interval": "year"}
    return {
        "amount": 10, "currency": "EUR", "description": "d", "customer": ids["customers"], "period": period,
        "number_of_periods": 2, "name": "n", "url": "https://w.example/h", "active": False,
        "pay_method": "direct-debit", "iban": "NL02ABNA0123456789", "account_holder_name": "H",
        "pay_methods": ["ideal"],
    }  # fmt: skip


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one[0] == "GET"], ids=named)
def test_odd_queries_are_answered(client: Client, ids: dict[str, str], endpoint: Any) -> None:
    _, pattern = endpoint
    path = path_of(pattern, ids.get(pattern[0] or "", ""))
    for query in QUERIES:
        assert is_documented(client.get(f"{path}?{query}")), query


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", NOT_FOUND),
        ("GET", "/payments/", NOT_FOUND),
        ("GET", "/payments/x/y", NOT_FOUND),
        ("GET", "/payouts", NOT_FOUND),
        ("GET", "/checkouts", NOT_FOUND),
        ("PUT", "/payments", (405, "method_not_allowed", None)),
        ("POST", "/refunds", (405, "method_not_allowed", None)),
        ("DELETE", "/events/x", (405, "method_not_allowed", None)),
        ("OPTIONS", "/payments", (405, "method_not_allowed", None)),
    ],
)
def test_other_addresses_and_methods(client: Client, method: str, path: str, expected: Any) -> None:
    assert error_of(client.request(method, path)) == expected


def test_too_many_requests_say_how_long_to_wait(client: Client) -> None:
    client.control("PUT", "/settings", {"throttle": "1/min"})
    answers = [client.get("/payments") for _ in range(2)]
    assert answers[0].status_code == 200
    assert error_of(answers[1]) == (429, "too_many_requests", None)
    assert int(answers[1].headers["Retry-After"]) > 0


def test_an_id_of_another_kind_is_not_found(client: Client, ids: dict[str, str]) -> None:
    assert error_of(client.get(f"/refunds/{ids['payments']}")) == NOT_FOUND
    assert error_of(client.post(f"/payments/{ids['refunds']}/refunds", {"amount": 1})) == NOT_FOUND


@pytest.mark.parametrize(
    "number", ["", "NL", "NL02 ABNA", "NL02ABNA0123456788", "XX" * 40, "NL02ABNA٠١٢٣٤٥٦٧٨٩", 5, []]
)
def test_a_wrong_account_number_is_refused(client: Client, ids: dict[str, str], number: Any) -> None:
    body = {"customer": ids["customers"], "pay_method": "direct-debit", "account_holder_name": "H", "iban": number}
    assert error_of(client.post("/mandates", body)) == invalid("iban")


@FUZZ
@given(
    body=some.recursive(
        JSON_LEAVES | some.text(),
        lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(FIELDS), inner, max_size=5),
        max_leaves=12,
    )
)
def test_any_json_is_answered(client: Client, ids: dict[str, str], body: Any) -> None:
    for method, pattern in WITH_A_BODY[:4]:
        data = json.dumps(body).encode()
        answer = client.request(method, path_of(pattern, ids[pattern[0]]), data=data, headers=JSON_HEADERS)
        assert is_documented(answer)
