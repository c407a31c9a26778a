"""Whatever is put on the bench, it takes little time and little memory."""

from __future__ import annotations

import json

import pytest

from tests.budget import Budget
from webapp.providers.postpay.signature import sign
from webapp.webhooks.diagnosis import DiagnosisVerdict, examine
from webapp.webhooks.diagnosis.layouts import read

from .mistakes import NOW, SECRET

KIB = 1024
SECRETS = [f"{number}{SECRET}" * 3 for number in range(6)]
ROW = {"é<>&='/+`" * 8: 1.50, "url": "https://a/b?c=d&e=<f>"}
ROWS = [
    json.dumps({f"key-{number}": ROW for number in range(count)}, ensure_ascii=False).encode() for count in (30, 350)
]
ORDERS = json.dumps(dict.fromkeys("fedcba", "x" * 650)).encode()

BODIES = {
    "every layout differs": ROWS[0],
    "every layout differs, and there is much of it": ROWS[1],
    "720 orders": ORDERS,
    "marks to be put in order": ("{" + "\u0327\u0301" * 16_000).encode(),
    "marks, but few each": ("{" + ("a" + "\u0327\u0301" * 20) * 790).encode(),
    "ampersands": b"&" * 64 * KIB,
    "an entity without end": b"&#" + b"9" * 64 * KIB,
    "percent signs": b"%41" * 21 * KIB,
    "backslashes": b"\\" * 64 * KIB,
    "a literal without end": b"'" + b"\\'" * 32 * KIB,
    "quotes": b'"' * 64 * KIB,
    "a long number": b"1" * 64 * KIB,
    "a time without end": b"9" * 1024 * KIB + b":",
    "base64": b"QUJD" * 16 * KIB,
    "header lines": b"A: b\r\n" * 10 * KIB,
    "brackets": b'{"a":' * 12 * KIB,
    "a small one": b'{"b":1,"a":[2,3],"c":{"e":"\xc3\xa9","d":"/"}}',
    "a mebibyte": b'{"a":"' + b"x" * 1023 * KIB,
}


def test_the_costliest_are_read_as_json() -> None:
    for body in (*ROWS, ORDERS):
        assert read(body) is not None
        assert len(body) > 3 * KIB


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_no_body_costs_much(body: bytes) -> None:
    signature = f"X-Postpay-Signature: {sign(b'other', 'other', at=NOW)}"
    with Budget():
        finding = examine(f"Date: Mon, 21 Sep 2026 14:13:20 GMT\n{signature}", body, SECRETS, now=NOW)
    assert finding.verdict is DiagnosisVerdict.NO_MATCH


HEADERS = {
    "the name again and again": "X-Postpay-Signature" * 7000,
    "the name on each line": "X-Postpay-Signature: a\n" * 5000,
    "the name in quotes": '"X-Postpay-Signature"' * 6000,
    "the name in lists": "'X-Postpay-Signature',[" * 6000,
    "signature": "signature" * 14_000,
    "signature lines": "A-Signature:\n" * 10_000,
    "dates": "Date: " * 20_000 + "\n" + sign(b"other", "other", at=NOW),
    "a date": f"X-Postpay-Signature: {sign(b'other', 'other', at=NOW)}\nDate: Mon, 1 Jan {'9' * 100_000}",
    "blanks": " " * 128_000,
    "dashes": "-" * 128_000,
    "blank lines": "\n" * 128_000,
    "digits": "1" * 128_000,
    "a long value": "X-Postpay-Signature: " + "1:" * 60_000,
    "stripes": "X-Postpay-Signature: " + "t=1,v1=" * 18_000,
    "a long time": f"X-Postpay-Signature: {'9' * 5000}:{'0' * 64}",
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=list(HEADERS))
def test_no_headers_cost_much(headers: str) -> None:
    with Budget():
        finding = examine(headers, b"{}", [SECRET], now=NOW)
    assert finding.verdict not in (DiagnosisVerdict.GENUINE, DiagnosisVerdict.EXPLAINED)


@pytest.mark.parametrize("secret", ["x" * 128_000, "é" * 60_000, "A=" * 60_000, "%" * 1000, "\u200b" * 1000])
def test_no_secret_costs_much(secret: str) -> None:
    with Budget():
        finding = examine(sign(b"other", "other", at=NOW), b"{}", [secret] * 6, now=NOW)
    assert finding.verdict is DiagnosisVerdict.NO_MATCH
