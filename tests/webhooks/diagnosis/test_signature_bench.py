"""The bench explains a signature: what signed it, in which form, and with which mistake."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode, urlsafe_b64encode

import pytest

from tests.budget import Budget
from webapp.providers.postpay.signature import sign, sign_bare
from webapp.webhooks.diagnosis import Cause, DiagnosisVerdict, Form, examine

NOW = 1_790_000_000
SECRET = "5f4dcc3b5aa765d61d8327deb882cf99"
BODY = '{"event":"order","data":{"order_id":"طلب/1","total":12.50,"currency":"AED"}}'.encode()
SPACED = json.dumps({"b": 1, "a": ["/", "ü"], "c": {}}, ensure_ascii=False).encode()


def header(body: bytes = BODY, secret: str = SECRET, at: int = NOW, hash: str = "sha256") -> str:
    return f"{at}:{hmac.new(secret.encode(), b'%d:' % at + body, hash).hexdigest()}"


def digest_of(value: str) -> bytes:
    return bytes.fromhex(value.partition(":")[2])


@pytest.mark.parametrize(
    ("value", "form", "hash"),
    [
        (sign(BODY, SECRET, at=NOW), Form.TIMED, "sha256"),
        (sign_bare(BODY, SECRET), Form.BARE, "sha256"),
        (header(hash="sha1"), Form.TIMED, "sha1"),
        (hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest(), Form.BARE, "sha1"),
    ],
)
@pytest.mark.parametrize(
    "pasted", ["{}", "X-Postpay-Signature: {}", "Host: a\r\nx-postpay-signature:{}\r\nDate: x",
               "HTTP_X_POSTPAY_SIGNATURE={}",
               "> X-Postpay-Signature: {}", "'X-Postpay-Signature' => '{}',", '"x-postpay-signature": "{}",']
)  # fmt: skip
def test_it_says_which_form_is_genuine(pasted: str, value: str, form: Form, hash: str) -> None:
    finding = examine(pasted.replace("{}", value), BODY, [SECRET], now=NOW + 7)
    assert (finding.verdict, finding.form, finding.hash, finding.causes) == (DiagnosisVerdict.GENUINE, form, hash, ())
    assert finding.off == (7 if form is Form.TIMED else None)


@pytest.mark.parametrize(
    ("off", "verdict"), [(300, "genuine"), (-300, "genuine"), (301, "out_of_time"), (-7200, "out_of_time")]
)
def test_it_says_by_how_much_the_clock_is_off(off: int, verdict: str) -> None:
    finding = examine(header(), BODY, [SECRET], now=NOW + off)
    assert (finding.verdict, finding.off) == (verdict, off)


BODIES = [
    (BODY + b"\n", Cause.NEWLINE_ADDED, ""),
    (BODY + b"\r\n", Cause.NEWLINE_ADDED, ""),
    (b"  " + BODY + b" ", Cause.BLANKS_ADDED, ""),
    (b"\xef\xbb\xbf" + BODY, Cause.BYTE_ORDER_MARK, ""),
    (json.dumps(json.loads(BODY), indent=2).replace("12.5", "12.50").encode(), Cause.RESERIALISED, "compact"),
    (BODY.replace(b",", b", ").replace(b":", b": "), Cause.RESERIALISED, "compact"),
    (BODY.replace("طلب".encode(), rb"\u0637\u0644\u0628"), Cause.RESERIALISED, "compact"),
    (BODY.replace(b"/", rb"\/"), Cause.RESERIALISED, "compact"),
]  # fmt: skip


@pytest.mark.parametrize(("pasted", "cause", "note"), BODIES)
def test_it_finds_what_was_done_to_the_body(pasted: bytes, cause: Cause, note: str) -> None:
    finding = examine(header(), pasted, [SECRET], now=NOW)
    assert (finding.verdict, finding.causes, finding.body_note) == (DiagnosisVerdict.EXPLAINED, (cause,), note)


@pytest.mark.parametrize(
    ("signed", "cause", "note"),
    [
        (SPACED + b"\n", Cause.NEWLINE_REMOVED, ""),
        (SPACED + b"\r\n", Cause.NEWLINE_REMOVED, ""),
        (json.dumps(json.loads(SPACED), indent=4).encode(), Cause.RESERIALISED, "indent-4 ascii"),
        (json.dumps(json.loads(SPACED), indent=2, ensure_ascii=False).encode() + b"\n", Cause.RESERIALISED, "indent-2"),
        (json.dumps(json.loads(SPACED), sort_keys=True).encode(), Cause.RESERIALISED, "spaced sorted ascii"),
        (json.dumps(json.loads(SPACED), separators=(",", ":")).replace("/", "\\/").encode(), Cause.RESERIALISED,
         "compact ascii slashes"),
    ],
)  # fmt: skip
def test_it_finds_how_the_body_was_written_when_it_was_signed(signed: bytes, cause: Cause, note: str) -> None:
    finding = examine(header(signed), SPACED, [SECRET], now=NOW)
    assert (finding.verdict, finding.causes, finding.body_note) == (DiagnosisVerdict.EXPLAINED, (cause,), note)


def test_it_finds_other_line_ends() -> None:
    lines = b'{\n "a": 1,\n "b": 2\n}'
    finding = examine(header(lines), lines.replace(b"\n", b"\r\n"), [SECRET], now=NOW)
    assert finding.causes == (Cause.LINE_ENDS,)


@pytest.mark.parametrize(
    ("pasted", "signed", "cause"),
    [
        (f" {SECRET}\t", SECRET, Cause.SECRET_BLANKS),
        (f'"{SECRET}"', SECRET, Cause.SECRET_QUOTED),
        (SECRET, f"{SECRET}\n", Cause.SECRET_NEWLINE),
        (SECRET.upper(), SECRET, Cause.SECRET_CASE),
    ],
)
def test_it_finds_what_was_done_to_the_secret(pasted: str, signed: str, cause: Cause) -> None:
    finding = examine(header(secret=signed), BODY, [pasted], now=NOW)
    assert (finding.verdict, finding.causes) == (DiagnosisVerdict.EXPLAINED, (cause,))


def test_it_finds_a_secret_that_was_decoded_first() -> None:
    for spelled, key in ((SECRET, bytes.fromhex(SECRET)), (b64encode(b"dolphins!").decode(), b"dolphins!")):
        value = hmac.new(key, BODY, hashlib.sha256).hexdigest()
        assert examine(value, BODY, [spelled], now=NOW).causes == (Cause.SECRET_DECODED,)


def test_it_finds_the_secret_of_another_environment_among_the_candidates() -> None:
    finding = examine(header(secret="live"), BODY, [SECRET, "sandbox", "live"], now=NOW)
    assert (finding.causes, finding.secret_place) == ((Cause.OTHER_SECRET,), 2)


@pytest.mark.parametrize(
    ("value", "causes"),
    [
        (f"{NOW}:{digest_of(header()).hex().upper()}", (Cause.UPPER_CASE,)),
        (f"{NOW}:{b64encode(digest_of(header())).decode()}", (Cause.BASE64,)),
        (f"{NOW}:{urlsafe_b64encode(digest_of(header())).decode().rstrip('=')}", (Cause.BASE64,)),
        (f"sha256={sign_bare(BODY, SECRET)}", (Cause.PREFIX,)),
        (header(hash="sha512"), (Cause.OTHER_HASH,)),
        (f"{NOW}:{sign_bare(BODY, SECRET)}", (Cause.TIME_NOT_SIGNED,)),
        (f"{NOW}:{hmac.new(SECRET.encode(), b'%d.' % NOW + BODY, 'sha256').hexdigest()}", (Cause.OTHER_JOIN,)),
        (f"{NOW}000:{digest_of(header()).hex()}", (Cause.TIME_IN_MILLISECONDS,)),
        (f"{NOW + 3}:{digest_of(header()).hex()}", (Cause.TIME_WRONG,)),
        (f"{NOW + 4 * 3600}:{digest_of(header()).hex()}", (Cause.TIME_WRONG,)),
    ],
)
def test_it_finds_what_is_odd_about_the_signature(value: str, causes: tuple[Cause, ...]) -> None:
    finding = examine(f"X-Postpay-Signature: {value}", BODY, [SECRET], now=NOW)
    assert (finding.verdict, finding.causes) == (DiagnosisVerdict.EXPLAINED, causes)
    if Cause.TIME_WRONG in causes:
        assert finding.signed_at == NOW


def test_it_finds_a_time_that_stands_only_in_the_date() -> None:
    headers = f"Date: Mon, 21 Sep 2026 14:13:20 GMT\nX-Postpay-Signature: {digest_of(header()).hex()}"
    finding = examine(headers, BODY, [SECRET], now=NOW)
    assert (finding.causes, finding.signed_at) == ((Cause.TIME_MISSING,), NOW)


def test_it_finds_two_mistakes_at_once() -> None:
    finding = examine(header(), BODY + b"\n", [f" {SECRET}"], now=NOW)
    assert set(finding.causes) == {Cause.NEWLINE_ADDED, Cause.SECRET_BLANKS}


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
    assert examine(header(), bytes(flipped), [SECRET], now=NOW).verdict is DiagnosisVerdict.NO_MATCH


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[" * 50_000, b"1" * 5000, b'{"a": NaN}', b'"\\ud800"', b"x" * 200_000]
)
def test_no_body_is_too_odd(body: bytes) -> None:
    assert examine(header(body), body, [SECRET], now=NOW).verdict is DiagnosisVerdict.GENUINE
    assert examine(header(b"other"), body, [SECRET, "", " "], now=NOW).verdict is DiagnosisVerdict.NO_MATCH


def test_an_empty_secret_signs_nothing() -> None:
    value = hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    assert examine(value, BODY, [""], now=NOW).verdict is DiagnosisVerdict.NO_MATCH


@pytest.mark.parametrize("size", [4 * 1024, 60 * 1024, 1024 * 1024])
@pytest.mark.parametrize("depth", [1, 30, 900])
def test_a_costly_body_is_not_written_in_every_layout(depth: int, size: int) -> None:
    """Indented once for each level, a small body becomes gigabytes."""
    body = b"[" * depth + b",".join([b"1"] * (size // 2 - depth)) + b"]" * depth
    with Budget():
        assert examine(header(), body, [SECRET], now=NOW).verdict is DiagnosisVerdict.NO_MATCH
