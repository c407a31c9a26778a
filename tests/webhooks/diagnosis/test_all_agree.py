"""The bench, the desk's receiver and the snippets in three languages say the same of every signature."""

from __future__ import annotations

import hashlib
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.webhooks.receiving import Receiving
from tests.webhooks.shops import Shop, open_shops
from webapp.models.delivery import GENUINE, Verdict
from webapp.providers.postpay.signature import HEADER, sign, sign_bare
from webapp.webhooks.deliveries.ingest import LARGEST, judge
from webapp.webhooks.diagnosis import DiagnosisVerdict, examine, read_signature

from .mistakes import EXPLAINED, NOT_FOUND, NOW, Mistake, made

SECRETS = ["s", "0", "a b ", "geheim-ü", "whsec_YWJj", "x" * 200, "false", '"q"']
BODIES = [b"", b"{}", b'{"event":"order"}', '{"n":"طلب é"}'.encode(), b'\xef\xbb\xbf{"a":1}', b"1:", b"12", b"0\n",
          b"\xff\x00", b"1790000000:{}", b"%d:" % 10**14 + b"{}", b"a=1&b=2"]  # fmt: skip
OFFS = [0, 1, 299, 300, 301, 600, 86400]


class Case(NamedTuple):
    """What arrives at a receiver with these secrets."""

    header: str
    body: bytes
    secrets: tuple[str, ...]


def digest(body: bytes, secret: str, hash: str = "sha256") -> str:
    return made(body, secret.encode(), hash)


def framed(time: str, body: bytes) -> bytes:
    return time.encode() + b":" + body


HEADERS: list[Callable[[bytes, str, int], str]] = [
    lambda body, secret, at: sign(body, secret, at=at),
    lambda body, secret, at: sign_bare(body, secret),
    lambda body, secret, at: f"00{at}:{digest(framed(f'00{at}', body), secret)}",
    lambda body, secret, at: f"000{at}:{digest(framed(f'000{at}', body), secret)}",
    lambda body, secret, at: sign(body, secret, at=at * 1000),
    lambda body, secret, at: f"{at}:{digest(framed(str(at), body), secret, 'sha1')}",
    lambda body, secret, at: digest(body, secret, "sha1"),
    lambda body, secret, at: digest(body, secret, "sha512"),
    lambda body, secret, at: sign(body, secret, at=at).upper(),
    lambda body, secret, at: sign(body, secret, at=at).partition(":")[2],
    lambda body, secret, at: f"{at}:{sign_bare(body, secret)}",
    lambda body, secret, at: f"t={at},v1={sign_bare(body, secret)}",
    lambda body, secret, at: f"sha256={sign_bare(body, secret)}",
    lambda body, secret, at: b64encode(bytes.fromhex(sign_bare(body, secret))).decode(),
    lambda body, secret, at: made(secret.encode(), body or b"x"),
    lambda body, secret, at: hashlib.sha256(body).hexdigest(),
    lambda body, secret, at: f"{'9' * 5000}:{sign_bare(body, secret)}",
    lambda body, secret, at: sign_bare(body, secret)[:40],
    lambda body, secret, at: "",
]
AFTERWARDS: list[Callable[[str], str]] = [
    lambda header: header,
    lambda header: header,
    lambda header: f'"{header}"',
    lambda header: f"{header},{header}",
    lambda header: header.replace(":", " : "),
    lambda header: header.replace(":", "::"),
    lambda header: header + "\n",
    lambda header: " " + header,
    lambda header: header + "é",
    lambda header: "-" + header,
]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Signed by one of the receiver's secrets or another one, in some form, and perhaps damaged on its way."""
    secrets = draw(st.lists(st.sampled_from(SECRETS), min_size=1, max_size=2, unique=True))
    signer = draw(st.sampled_from([*secrets, *secrets, "nobody's", ""]))
    body = draw(st.sampled_from(BODIES) | st.binary(max_size=12))
    at = NOW + draw(st.sampled_from(OFFS)) * draw(st.sampled_from([1, -1]))
    header = draw(st.sampled_from(HEADERS))(body, signer, at)
    if draw(st.booleans()):
        return Case(draw(st.sampled_from(AFTERWARDS))(header), body, tuple(secrets))
    arrived = draw(st.sampled_from([body, body + b"\n", framed(str(at), body), body.partition(b":")[2]]))
    return Case(header, arrived, tuple(secrets))


@pytest.fixture(scope="module")
def shops() -> Iterator[list[Shop]]:
    with open_shops() as shops:
        yield shops


def agreed(case: Case, shops: list[Shop]) -> Verdict:
    """What all of them say, as the receiver does."""
    verdict = judge(case.header, case.body, case.secrets, NOW + 0.5)
    is_taken = verdict in GENUINE
    taken = {shop.name: shop.takes(case.header, case.body, case.secrets, NOW) for shop in shops}
    assert taken == dict.fromkeys(taken, is_taken)
    if case.header == case.header.strip():
        pasted = f"Host: a\r\n{HEADER}: {case.header}\r\n"
        found = examine(pasted, case.body, case.secrets, now=NOW + 0.5, accepted=len(case.secrets)).verdict
        assert (found is DiagnosisVerdict.GENUINE) is is_taken
        assert (found is DiagnosisVerdict.OUT_OF_TIME) is (verdict is Verdict.OUT_OF_TIME)
    return verdict


@settings(max_examples=200)
@given(case=cases())
@example(case=Case(sign(b"{}", "0", at=NOW), b"{}", ("0",)))
@example(case=Case(sign_bare(b"1:{}", "s"), b"1:{}", ("s",)))
@example(case=Case(sign(b"{}", "s", at=NOW - 300), b"{}", ("s",)))
@example(case=Case(sign(b"{}", "s", at=NOW + 301), b"{}", ("s",)))
def test_bench_receiver_and_snippets_agree(case: Case, shops: list[Shop]) -> None:
    agreed(case, shops)


def test_what_is_agreed_upon_is_not_always_the_same(shops: list[Shop]) -> None:
    body = b'{"a": 1}'
    given = [sign(body, "s", at=NOW), sign_bare(body, "s"), sign(body, "s", at=NOW - 301), sign(body, "x", at=NOW), ""]
    found = [agreed(Case(header, body, ("s",)), shops) for header in given]
    assert found == [Verdict.TIMED, Verdict.BARE, Verdict.OUT_OF_TIME, Verdict.WRONG, Verdict.UNSIGNED]


@pytest.mark.parametrize("mistake", [*EXPLAINED, *NOT_FOUND], ids=lambda one: one.name)
def test_no_snippet_takes_what_the_bench_explains(mistake: Mistake, shops: list[Shop]) -> None:
    signature = read_signature(mistake.headers)
    assert signature is not None
    for shop in shops:
        assert not shop.takes(signature.value, mistake.body, mistake.secrets[:1], NOW), shop.name


@pytest.mark.parametrize("body", [b"1" * LARGEST, b"1" * (LARGEST - 1) + b":", b"x" * LARGEST])
def test_the_largest_body_is_no_trouble(body: bytes, shops: list[Shop]) -> None:
    agreed(Case(sign(body, "s", at=NOW), body, ("s",)), shops)
    agreed(Case(sign_bare(body, "s"), body, ("s",)), shops)


def test_the_receiver_answers_as_it_judges(receiving: Receiving) -> None:
    """Over HTTP, by the real clock: each form of header, signed now and too long ago."""
    now = int(time.time())
    for number, header in enumerate(HEADERS):
        for body, off in ((b'{"order_id":"o-%d"}' % number, 0), (b'{"order_id":"o-%d"}' % number, 1000), (b"1:{}", 0)):
            given = header(body, receiving.secret, now - off)
            verdict = judge(given, body, [receiving.secret], time.time())
            assert receiving.deliver(body, given).status_code == (200 if verdict in GENUINE else 401), given[:99]
