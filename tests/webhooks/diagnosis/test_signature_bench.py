"""The bench explains a signature: what signed it, in which form, and with which mistake."""

from __future__ import annotations

import pytest

from tests.budget import Budget
from webapp.providers.postpay.signature import sign, sign_bare
from webapp.webhooks.diagnosis import Cause, DiagnosisVerdict, Form, examine

from .mistakes import BODY, NOW, SECRET

FORMS = [(sign(BODY, SECRET, at=NOW), Form.TIMED), (sign_bare(BODY, SECRET), Form.BARE)]
PASTED = [
    "{}",
    "X-Postpay-Signature: {}",
    "Host: a\r\nx-postpay-signature:{}\r\nDate: x",
    "HTTP_X_POSTPAY_SIGNATURE={}",
    "HTTP_X_POSTPAY_SIGNATURE='{}'",
    "> X-Postpay-Signature: {}",
    "'X-Postpay-Signature' => '{}',",
    '"x-postpay-signature": "{}",',
    '{"Host": "a", "X-Postpay-Signature": "{}", "Date": "x"}',
    '{"host":["a"],"x-postpay-signature":["{}"],"date":["x"]}',
    "{'Host': 'a', 'X-Postpay-Signature': '{}'}",
    "{ host: 'a', 'x-postpay-signature': '{}' }",
    "[('Host', 'a'), ('X-Postpay-Signature', '{}')]",
    '[["Host", "a"], ["X-Postpay-Signature", "{}"]]',
    '["Host", "a", "X-Postpay-Signature", "{}"]',
    '[{"name": "Host", "value": "a"}, {"name": "X-Postpay-Signature", "value": "{}"}]',
    "curl -X POST -H 'Host: a' -H 'X-Postpay-Signature: {}' -d @body https://shop.example",
    "    [Host] => a\n    [HTTP_X_POSTPAY_SIGNATURE] => {}\n)",
    '  ["HTTP_X_POSTPAY_SIGNATURE"]=>\n  string(75) "{}"\n',
    '{"HTTP_HOST"=>"a", "HTTP_X_POSTPAY_SIGNATURE"=>"{}"}',
    "map[Host:[a] X-Postpay-Signature:[{}]]",
    "{Host=[a], X-Postpay-Signature=[{}]}",
    '[Host:"a", X-Postpay-Signature:"{}"]',
    '{\\"Host\\": \\"a\\", \\"X-Postpay-Signature\\": \\"{}\\"}',
]


@pytest.mark.parametrize(("value", "form"), FORMS)
@pytest.mark.parametrize("pasted", PASTED)
def test_it_says_which_form_is_genuine(pasted: str, value: str, form: Form) -> None:
    finding = examine(pasted.replace("{}", value), BODY, [SECRET], now=NOW + 7)
    assert (finding.verdict, finding.form, finding.causes) == (DiagnosisVerdict.GENUINE, form, ())
    assert finding.hash == "sha256"
    assert finding.off == (7 if form is Form.TIMED else None)


@pytest.mark.parametrize(
    ("off", "verdict"), [(300, "genuine"), (-300, "genuine"), (301, "out_of_time"), (-7200, "out_of_time")]
)
def test_it_says_by_how_much_the_clock_is_off(off: int, verdict: str) -> None:
    finding = examine(sign(BODY, SECRET, at=NOW), BODY, [SECRET], now=NOW + off)
    assert (finding.verdict, finding.off) == (verdict, off)


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ("", DiagnosisVerdict.NO_SIGNATURE),
        ("Content-Type: application/json", DiagnosisVerdict.NO_SIGNATURE),
        ("X-Postpay-Signature: 12:", DiagnosisVerdict.UNREADABLE),
        ("X-Postpay-Signature: 12:abcdef", DiagnosisVerdict.UNREADABLE),
        ("X-Postpay-Signature: " + "z" * 63, DiagnosisVerdict.UNREADABLE),
        ("X-Postpay-Signature: " + "ü" * 64, DiagnosisVerdict.UNREADABLE),
        (f"X-Postpay-Signature: {NOW}:" + "0" * 64, DiagnosisVerdict.NO_MATCH),
        ("0" * 64, DiagnosisVerdict.NO_MATCH),
    ],
)
def test_it_explains_nothing_that_is_not_so(headers: str, verdict: DiagnosisVerdict) -> None:
    assert examine(headers, BODY, [SECRET], now=NOW).verdict is verdict


@pytest.mark.parametrize("place", [0, len(BODY) // 2, len(BODY) - 1])
def test_a_flipped_bit_is_no_match(place: int) -> None:
    flipped = bytearray(BODY)
    flipped[place] ^= 1
    assert examine(sign(BODY, SECRET, at=NOW), bytes(flipped), [SECRET], now=NOW).verdict is DiagnosisVerdict.NO_MATCH


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[" * 50_000, b"1" * 5000, b'{"a": NaN}', b'"\\ud800"', b"x" * 200_000]
)
def test_no_body_is_too_odd(body: bytes) -> None:
    assert examine(sign(body, SECRET, at=NOW), body, [SECRET], now=NOW).verdict is DiagnosisVerdict.GENUINE
    assert (
        examine(sign(b"other", SECRET, at=NOW), body, [SECRET, "", " "], now=NOW).verdict is DiagnosisVerdict.NO_MATCH
    )


def test_an_empty_secret_is_never_genuine() -> None:
    for value in (sign_bare(BODY, ""), sign(BODY, "", at=NOW)):
        finding = examine(value, BODY, [""], now=NOW)
        assert (finding.verdict, finding.causes) == (DiagnosisVerdict.EXPLAINED, (Cause.EMPTY_SECRET,))


def test_all_secrets_that_are_accepted_may_have_signed() -> None:
    for secret in ("old", "new"):
        finding = examine(sign(BODY, secret, at=NOW), BODY, ["new", "old"], now=NOW, accepted=2)
        assert finding.verdict is DiagnosisVerdict.GENUINE
    assert examine(sign(BODY, "old", at=NOW), BODY, ["new", "old"], now=NOW).causes == (Cause.OTHER_SECRET,)


@pytest.mark.parametrize("size", [4 * 1024, 60 * 1024, 1024 * 1024])
@pytest.mark.parametrize("depth", [1, 30, 900])
def test_a_costly_body_is_not_written_in_every_layout(depth: int, size: int) -> None:
    """Indented once for each level, a small body becomes gigabytes."""
    body = b"[" * depth + b",".join([b"1"] * (size // 2 - depth)) + b"]" * depth
    with Budget():
        assert examine(sign(BODY, SECRET, at=NOW), body, [SECRET], now=NOW).verdict is DiagnosisVerdict.NO_MATCH
