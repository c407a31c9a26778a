"""Mistakes that people make with signatures: what they paste, and what the bench should say of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from base64 import b64encode, urlsafe_b64encode
from html import escape
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from webapp.providers.postpay.signature import sign, sign_bare
from webapp.webhooks.diagnosis import Cause, Clue

NOW = 1_790_000_000
SECRET = "5f4dcc3b5aa765d61d8327deb882cf99"
BODY = '{"event":"order","data":{"order_id":"طلب/1","total":12.50,"currency":"AED","name":"José"}}'.encode()
ORDER = json.dumps(
    {"event": "order", "data": {"order_id": "o-1", "status": "captured", "total_amount": 1250, "currency": "AED",
                                "items": [{"reference": "a", "name": "Émile & <Söhne>", "unit_price": 5, "qty": 1}]}},
    ensure_ascii=False,
).encode()  # fmt: skip
LINES = b'{\n "a": 1,\n "b": 2\n}'
STRIPE_KEY = b"a key of thirty-two bytes, random"
WHSEC = f"whsec_{b64encode(STRIPE_KEY).decode()}"


class Mistake(NamedTuple):
    """`headers` and `body` as they were pasted; what follows is what should be told."""

    name: str
    headers: str
    body: bytes = BODY
    causes: tuple[Cause, ...] = ()
    secrets: tuple[str, ...] = (SECRET,)
    note: str | None = None
    clues: tuple[Clue, ...] = ()


def timed(body: bytes = BODY, secret: str = SECRET, at: int = NOW) -> str:
    return f"X-Postpay-Signature: {sign(body, secret, at=at)}"


def raw(value: str) -> str:
    return f"X-Postpay-Signature: {value}"


def made(message: bytes, key: bytes = SECRET.encode(), hash: str = "sha256") -> str:
    return hmac.digest(key, message, hash).hex()


def framed(body: bytes = BODY, between: bytes = b":", at: int = NOW) -> bytes:
    return b"%d" % at + between + body


def written(body: bytes, **how: object) -> bytes:
    return json.dumps(json.loads(body), **{"ensure_ascii": False, **how}).encode()  # type: ignore[arg-type]


HEX = made(framed())
BASE = b64encode(bytes.fromhex(HEX)).decode()

OF_THE_BODY = [
    Mistake("a newline added", timed(), BODY + b"\n", (Cause.NEWLINE_ADDED,)),
    Mistake("a Windows newline added", timed(), BODY + b"\r\n", (Cause.NEWLINE_ADDED,)),
    Mistake("a newline removed", timed(ORDER + b"\n"), ORDER, (Cause.NEWLINE_REMOVED,)),
    Mistake("a Windows newline removed", timed(ORDER + b"\r\n"), ORDER, (Cause.NEWLINE_REMOVED,)),
    Mistake("blanks added", timed(), b"  " + BODY + b" ", (Cause.BLANKS_ADDED,)),
    Mistake("line ends changed", timed(LINES), LINES.replace(b"\n", b"\r\n"), (Cause.LINE_ENDS,)),
    Mistake("a byte order mark added", timed(), b"\xef\xbb\xbf" + BODY, (Cause.BYTE_ORDER_MARK,)),
    Mistake("a byte order mark removed", timed(b"\xef\xbb\xbf" + BODY), BODY, (Cause.BYTE_ORDER_MARK,)),
    Mistake("mojibake, Latin-1", timed(), BODY.decode("latin-1").encode(), (Cause.CHARSET,)),
    Mistake("mojibake, Windows-1252", timed(ORDER), ORDER.decode("cp1252").encode(), (Cause.CHARSET,)),
    Mistake("mojibake, Windows-1256", timed(), BODY.decode("cp1256").encode(), (Cause.CHARSET,)),
    Mistake("read as Latin-1 when signed", timed(ORDER.decode("latin-1").encode()), ORDER, (Cause.CHARSET,)),
    Mistake("UTF-16 when signed", timed(BODY.decode().encode("utf-16-le")), BODY, (Cause.CHARSET,)),
    Mistake("NFD", timed(), unicodedata.normalize("NFD", BODY.decode()).encode(), (Cause.NORMALISED,)),
    Mistake("NFC", timed(unicodedata.normalize("NFD", ORDER.decode()).encode()), ORDER, (Cause.NORMALISED,)),
    Mistake("typographic quotation marks", timed(), BODY.replace(b'"', "“".encode()), (Cause.TYPOGRAPHY,)),
    Mistake("HTML-escaped", timed(), escape(BODY.decode()).encode(), (Cause.HTML_ESCAPED,)),
    Mistake("HTML-escaped when signed", timed(escape(ORDER.decode()).encode()), ORDER, (Cause.HTML_ESCAPED,)),
    Mistake("percent-encoded", timed(), quote(BODY).encode(), (Cause.PERCENT_ENCODED,)),
    Mistake("a form field", timed(ORDER), b"payload=" + quote_plus(ORDER).encode(), (Cause.PERCENT_ENCODED,)),
    Mistake("quoted as JSON", timed(), json.dumps(BODY.decode()).encode(), (Cause.BODY_QUOTED,)),
    Mistake("backslashes from a log", timed(), BODY.replace(b'"', b'\\"'), (Cause.BODY_QUOTED,)),
    Mistake("Python's bytes", timed(), repr(BODY).encode(), (Cause.BODY_QUOTED,)),
    Mistake("base64", timed(), b64encode(BODY), (Cause.BODY_ENCODED,)),
    Mistake("hex", timed(), BODY.hex(" ").encode(), (Cause.BODY_ENCODED,)),
    Mistake("headers in the body", timed(), b"POST / HTTP/1.1\r\nHost: a\r\n\r\n" + BODY, (Cause.HEADERS_IN_BODY,)),
    Mistake("indented", timed(), written(BODY, indent=2).replace(b"12.5", b"12.50"), (Cause.RESERIALISED,),
            note="compact"),
    Mistake("blanks after colons", timed(), BODY.replace(b",", b", ").replace(b":", b": "), (Cause.RESERIALISED,),
            note="compact"),
    Mistake("letters escaped", timed(), BODY.replace("طلب".encode(), rb"\u0637\u0644\u0628"), (Cause.RESERIALISED,),
            note="compact"),
    Mistake("slashes escaped", timed(), BODY.replace(b"/", rb"\/"), (Cause.RESERIALISED,), note="compact"),
    Mistake("indented when signed", timed(written(ORDER, indent=4, ensure_ascii=True)), ORDER, (Cause.RESERIALISED,),
            note="indent-4 ascii"),
    Mistake("a file when signed", timed(written(ORDER, indent=2) + b"\n"), ORDER, (Cause.RESERIALISED,),
            note="indent-2"),
    Mistake("PHP when signed", timed(written(BODY, separators=(",", ":"), ensure_ascii=True).replace(b"/", rb"\/")),
            BODY, (Cause.RESERIALISED,), note="compact ascii slashes"),
    Mistake("Go when signed", timed(written(ORDER, separators=(",", ":")).replace(b"&", rb"\u0026")
            .replace(b"<", rb"\u003c").replace(b">", rb"\u003e")), ORDER, (Cause.RESERIALISED,), note="compact html"),
    Mistake("keys sorted when signed", timed(written(ORDER, sort_keys=True)), ORDER, (Cause.KEYS_REORDERED,),
            note="spaced sorted"),
    Mistake("keys sorted", timed(ORDER), written(ORDER, sort_keys=True), (Cause.KEYS_REORDERED,),
            note="spaced documented"),
    Mistake("the event behind the data", timed(ORDER), written(b'{"data": %s, "event": "order"}' % ORDER[27:-1]),
            (Cause.KEYS_REORDERED,), note="spaced documented"),
    Mistake("few keys in any order", timed(b'{"b":1,"c":{"y":2,"x":3},"a":4}'),
            b'{"c": {"x": 3, "y": 2}, "a": 4, "b": 1}', (Cause.KEYS_REORDERED,), note="compact"),
    Mistake("no body when signed", timed(b""), BODY, (Cause.EMPTY_BODY,)),
    Mistake("JavaScript's object", timed(b"[object Object]"), BODY, (Cause.OBJECT_AS_TEXT,)),
    Mistake("Python's dict", timed(str(json.loads(ORDER)).encode()), ORDER, (Cause.OBJECT_AS_TEXT,)),
    Mistake("the time in the body", raw(made(framed())), framed(), (Cause.TIME_IN_BODY,)),
    Mistake("the time in both", timed(), framed(), (Cause.TIME_IN_BODY,)),
]  # fmt: skip

OF_THE_SECRET = [
    Mistake("blanks", timed(), causes=(Cause.SECRET_BLANKS,), secrets=(f" {SECRET}\t",)),
    Mistake("an invisible character", timed(), causes=(Cause.SECRET_BLANKS,), secrets=(f"\ufeff{SECRET}\u200b",)),
    Mistake("quoted", timed(), causes=(Cause.SECRET_QUOTED,), secrets=(f'"{SECRET}"',)),
    Mistake("its setting before it", timed(), causes=(Cause.SECRET_NAMED,), secrets=(f"HOOK_SECRET={SECRET}",)),
    Mistake("a newline when signed", timed(secret=f"{SECRET}\n"), causes=(Cause.SECRET_NEWLINE,)),
    Mistake("capital letters", timed(), causes=(Cause.SECRET_CASE,), secrets=(SECRET.upper(),)),
    Mistake("hex decoded", raw(made(framed(), bytes.fromhex(SECRET)).join([f"{NOW}:", ""])),
            causes=(Cause.SECRET_DECODED,)),
    Mistake("base64 decoded", raw(made(BODY, b"dolphins!")), causes=(Cause.SECRET_DECODED,),
            secrets=(b64encode(b"dolphins!").decode(),)),
    Mistake("base64 encoded", timed(secret=b64encode(SECRET.encode()).decode()), causes=(Cause.SECRET_ENCODED,)),
    Mistake("whsec_ taken off", timed(secret=WHSEC.removeprefix("whsec_")), causes=(Cause.SECRET_PREFIX,),
            secrets=(WHSEC,)),
    Mistake("whsec_ left on", timed(secret=WHSEC), causes=(Cause.SECRET_PREFIX,),
            secrets=(WHSEC.removeprefix("whsec_"),)),
    Mistake("Svix's whsec_ decoded", raw(f"{NOW}:{made(framed(), STRIPE_KEY)}"), causes=(Cause.SECRET_DECODED,),
            secrets=(WHSEC,)),
    Mistake("another environment's", timed(secret="live"), causes=(Cause.OTHER_SECRET,), secrets=(SECRET, "x", "live")),
    Mistake("empty when signed", timed(secret=""), causes=(Cause.EMPTY_SECRET,)),
]  # fmt: skip

OF_THE_DIGEST = [
    Mistake("SHA-1", raw(f"{NOW}:{made(framed(), hash='sha1')}"), causes=(Cause.OTHER_HASH,)),
    Mistake("SHA-1, bare", raw(made(BODY, hash="sha1")), causes=(Cause.OTHER_HASH,)),
    Mistake("SHA-512", raw(f"{NOW}:{made(framed(), hash='sha512')}"), causes=(Cause.OTHER_HASH,)),
    Mistake("MD5", raw(f"{NOW}:{made(framed(), hash='md5')}"), causes=(Cause.OTHER_HASH,)),
    Mistake("swapped arguments", raw(f"{NOW}:{made(SECRET.encode(), framed())}"), causes=(Cause.SWAPPED_ARGUMENTS,)),
    Mistake("an unkeyed hash", raw(f"{NOW}:{hashlib.sha256(framed()).hexdigest()}"), causes=(Cause.UNKEYED,)),
    Mistake("an unkeyed hash, bare", raw(hashlib.sha256(BODY).hexdigest()), causes=(Cause.UNKEYED,)),
    Mistake("secret and body together", raw(hashlib.sha256(SECRET.encode() + BODY).hexdigest()),
            causes=(Cause.CONCATENATED,)),
    Mistake("body and secret together", raw(hashlib.sha256(BODY + SECRET.encode()).hexdigest()),
            causes=(Cause.CONCATENATED,)),
    Mistake("the body's hash signed", raw(made(hashlib.sha256(BODY).hexdigest().encode())),
            causes=(Cause.HASH_SIGNED,)),
    Mistake("40 digits left", raw(f"{NOW}:{HEX[:40]}"), causes=(Cause.CUT,)),
    Mistake("63 digits left", raw(f"{NOW}:{HEX[:63]}"), causes=(Cause.CUT,)),
    Mistake("the first digits lost", raw(f"{NOW}:{HEX[20:]}"), causes=(Cause.CUT,)),
    Mistake("capital letters", raw(f"{NOW}:{HEX.upper()}"), causes=(Cause.UPPER_CASE,)),
    Mistake("base64", raw(f"{NOW}:{BASE}"), causes=(Cause.BASE64,)),
    Mistake("base64 of the digits", raw(f"{NOW}:{b64encode(HEX.encode()).decode()}"), causes=(Cause.BASE64,)),
    Mistake("base64 for addresses", raw(f"{NOW}:{urlsafe_b64encode(bytes.fromhex(HEX)).decode().rstrip('=')}"),
            causes=(Cause.BASE64,)),
    Mistake("a prefix", raw(f"sha256={sign_bare(BODY, SECRET)}"), causes=(Cause.PREFIX,)),
]  # fmt: skip

OF_THE_TIME = [
    Mistake("not signed", raw(f"{NOW}:{sign_bare(BODY, SECRET)}"), causes=(Cause.TIME_NOT_SIGNED,)),
    Mistake("joined by a dot", raw(f"{NOW}:{made(framed(between=b'.'))}"), causes=(Cause.OTHER_JOIN,)),
    Mistake("joined by nothing", raw(f"{NOW}:{made(framed(between=b''))}"), causes=(Cause.OTHER_JOIN,)),
    Mistake("behind the body", raw(f"{NOW}:{made(BODY + b':%d' % NOW)}"), causes=(Cause.OTHER_JOIN,)),
    Mistake("in milliseconds in the header", raw(f"{NOW}000:{HEX}"), causes=(Cause.TIME_IN_MILLISECONDS,)),
    Mistake("in milliseconds when signed", raw(f"{NOW}:{made(framed(at=NOW * 1000))}"),
            causes=(Cause.TIME_IN_MILLISECONDS,)),
    Mistake("in milliseconds in both", timed(at=NOW * 1000), causes=(Cause.TIME_NOT_SECONDS,)),
    Mistake("of another moment", raw(f"{NOW + 3}:{HEX}"), causes=(Cause.TIME_WRONG,)),
    Mistake("of another zone", raw(f"{NOW + 4 * 3600}:{HEX}"), causes=(Cause.TIME_WRONG,)),
    Mistake("only in the date", f"Date: Mon, 21 Sep 2026 14:13:20 GMT\n{raw(HEX)}", causes=(Cause.TIME_MISSING,)),
]  # fmt: skip

OF_THE_HEADER = [
    Mistake("Stripe's", raw(f"t={NOW},v1={HEX}"), causes=(Cause.STRIPE_HEADER,)),
    Mistake("Stripe's, signed as Stripe does", raw(f"t={NOW},v1={made(framed(between=b'.'))},v0={'0' * 64}"),
            causes=(Cause.OTHER_JOIN, Cause.STRIPE_HEADER)),
    Mistake("Stripe's own header", f"Stripe-Signature: t={NOW},v1={made(framed(between=b'.'))}",
            causes=(Cause.OTHER_JOIN, Cause.OTHER_HEADER, Cause.STRIPE_HEADER)),
    Mistake("Svix's", raw(f"v1,{b64encode(bytes.fromhex(sign_bare(BODY, SECRET))).decode()}"),
            causes=(Cause.SVIX_HEADER,)),
    Mistake("Svix's own headers", f"svix-id: msg_1\nsvix-timestamp: {NOW}\nsvix-signature: v1,"
            + b64encode(hmac.digest(STRIPE_KEY, b"msg_1.%d." % NOW + BODY, "sha256")).decode(), secrets=(WHSEC,),
            causes=(Cause.SECRET_DECODED, Cause.OTHER_JOIN, Cause.OTHER_HEADER, Cause.SVIX_HEADER)),
    Mistake("GitHub's own header", f"X-Hub-Signature-256: sha256={sign_bare(BODY, SECRET)}",
            causes=(Cause.OTHER_HEADER, Cause.PREFIX)),
    Mistake("twice", f"{timed()}\n{timed()}", causes=(Cause.SEVERAL_HEADERS,)),
    Mistake("twice in a map", json.dumps({"X-Postpay-Signature": [f"{NOW}:{HEX}", "x"]}),
            causes=(Cause.SEVERAL_HEADERS,)),
    Mistake("a dot between", raw(f"{NOW}.{HEX}"), causes=(Cause.OTHER_SEPARATOR,)),
    Mistake("the time last", raw(f"{HEX}:{NOW}"), causes=(Cause.SWAPPED_PARTS,)),
    Mistake("quoted", raw(f'"{NOW}:{HEX}"'), causes=(Cause.SIGNATURE_QUOTED,)),
    Mistake("wrapped", f"{NOW}:{HEX[:30]}\n{HEX[30:]}", causes=(Cause.SIGNATURE_BLANKS,)),
    Mistake("percent-encoded", raw(f"{NOW}%3A{HEX}"), causes=(Cause.SIGNATURE_PERCENT,)),
]  # fmt: skip

TWO_AT_ONCE = [
    Mistake("a newline and a blank", timed(), BODY + b"\n", (Cause.NEWLINE_ADDED, Cause.SECRET_BLANKS),
            secrets=(f" {SECRET}",)),
    Mistake("SHA-1 over an indented body", raw(f"{NOW}:{made(framed(), hash='sha1')}"),
            written(BODY, indent=2).replace(b"12.5", b"12.50"), (Cause.RESERIALISED, Cause.OTHER_HASH)),
    Mistake("keys sorted, and a quoted secret", timed(ORDER), written(ORDER, sort_keys=True), (Cause.KEYS_REORDERED,
            Cause.SECRET_QUOTED), secrets=(f"'{SECRET}'",)),
]  # fmt: skip

EXPLAINED = [*OF_THE_BODY, *OF_THE_SECRET, *OF_THE_DIGEST, *OF_THE_TIME, *OF_THE_HEADER, *TWO_AT_ONCE]

SHUFFLED = {"status": "captured", "zeta": 1, "note": "x", "alpha": 2, "kind": 3, "beta": 4, "mid": 5}
NOT_FOUND = [
    Mistake("another secret", timed(secret="nobody's")),
    Mistake("an amount changed", timed(), BODY.replace(b"12.50", b"12.5")),
    Mistake("many keys sorted", timed(json.dumps(SHUFFLED).encode()), json.dumps(SHUFFLED, sort_keys=True).encode(),
            clues=(Clue.KEYS_SORTED,)),
    Mistake("letters lost", timed(), BODY.decode().encode("ascii", "backslashreplace").replace(b"\\xe9", "�".encode()),
            clues=(Clue.CHARACTERS_LOST,)),
    Mistake("masked by the log", timed(), BODY.replace("José".encode(), "•••".encode()), clues=(Clue.BODY_MASKED,)),
    Mistake("a masked secret", timed(), secrets=("5f4d•••",), clues=(Clue.SECRET_MASKED,)),
    Mistake("a body that was cut", timed(), BODY[:50], clues=(Clue.BODY_CUT,)),
    Mistake("a cut digest of another secret", raw(f"{NOW}:{made(BODY, b'other')[:40]}"), clues=(Clue.SHORT_DIGEST,)),
]  # fmt: skip
