"""What a body may have been when it was signed, most likely first."""

from __future__ import annotations

import ast
import binascii
import html
import json
import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from webapp.providers.postpay.signature import time_before

from .causes import Cause, Guess
from .layouts import read, written

BOM = b"\xef\xbb\xbf"
LARGEST_FOR_TEXT = 64 * 1024
LONGEST_RUN = 60
"""Marks upon one letter: to put more of them in order takes the square of their number."""
OBJECT_TEXTS = (b"[object Object]", b"Array", b"null", b"undefined")
"""What JavaScript and PHP make of an object where a text is asked for."""

_WINDOWS = {ord(bytes([one]).decode("cp1252", "replace")): one for one in range(0x80, 0xA0)}
_TYPED = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u202f": " "})
_HEADERS = re.compile(rb"[A-Z][^\r\n]{3,200}\r?\n")
_LITERAL = re.compile(r"""b?'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*\"""")


def bodies(body: bytes) -> Iterator[Guess]:
    """The body itself, then as it may have been before each mistake; each once."""
    yield from _once([Guess(body), *_other_ends(body), *_read_again(body), *_never_read(body)])


def _once(guesses: Iterable[Guess]) -> Iterator[Guess]:
    seen: set[bytes] = set()
    for guess in guesses:
        is_empty = not guess.value and guess.cause not in (None, Cause.EMPTY_BODY)
        if not is_empty and guess.value not in seen:
            seen.add(guess.value)
            yield guess


def _other_ends(body: bytes) -> Iterator[Guess]:
    bare = body.rstrip(b"\r\n")
    yield Guess(bare, Cause.NEWLINE_ADDED)
    yield Guess(body.strip(), Cause.BLANKS_ADDED)
    for end in (b"\n", b"\r\n"):
        yield Guess(bare + end, Cause.NEWLINE_REMOVED)
    lines = body.replace(b"\r\n", b"\n")
    for guess in (lines, lines.replace(b"\n", b"\r\n"), lines.rstrip(b"\n").replace(b"\n", b"\r\n")):
        yield Guess(guess, Cause.LINE_ENDS)
    yield Guess(body.removeprefix(BOM), Cause.BYTE_ORDER_MARK)
    yield Guess(BOM + body, Cause.BYTE_ORDER_MARK)


def _never_read(body: bytes) -> Iterator[Guess]:
    """What is signed where the body was not at hand, or was an object of the program already."""
    yield Guess(b"", Cause.EMPTY_BODY)
    for text in OBJECT_TEXTS:
        yield Guess(text, Cause.OBJECT_AS_TEXT)
    value = read(body)
    if value is not None:
        yield Guess(repr(value).encode("utf-8", "surrogatepass"), Cause.OBJECT_AS_TEXT)


def _read_again(body: bytes) -> Iterator[Guess]:
    """As other programs write the same, or would have read it."""
    if len(body) > LARGEST_FOR_TEXT:
        return
    yield from written(body)
    yield Guess(body.decode("latin-1").encode(), Cause.CHARSET)
    yield from _unwrapped(body)
    with suppress(UnicodeDecodeError):
        text = body.decode()
        yield from _in_other_characters(text)
        yield from _escaped(text)


def _in_other_characters(text: str) -> Iterator[Guess]:
    """Read or written in another encoding, put together of other parts, or beautified."""
    if text.isascii():
        for charset in ("utf-16-le", "utf-16-be", "utf-16"):
            yield Guess(text.encode(charset), Cause.CHARSET)
        return
    for wrong in (_misread(text), _misread_as_windows(text)):
        yield Guess(wrong, Cause.CHARSET)
    for charset in ("cp1256", "cp1252", "mac_roman", "cp850", "utf-16-le", "utf-16-be", "utf-16"):
        with suppress(UnicodeEncodeError):
            yield Guess(text.encode(charset), Cause.CHARSET)
    for handling in ("replace", "ignore"):
        yield Guess(text.encode("ascii", handling), Cause.CHARSET)
    if not _has_long_runs(text):
        for form in ("NFC", "NFD"):
            yield Guess(unicodedata.normalize(form, text).encode(), Cause.NORMALISED)
    yield Guess(text.translate(_TYPED).encode(), Cause.TYPOGRAPHY)


def _misread(text: str) -> bytes:
    """The bytes that were read as Latin-1 or Windows-1252 to give this text."""
    return text.translate(_WINDOWS).encode("latin-1", "replace")


def _misread_as_windows(text: str) -> bytes:
    """What becomes of the text when its bytes are read as Windows-1252, as browsers do, and written as UTF-8."""
    back = {byte: letter for letter, byte in _WINDOWS.items()}
    return text.encode().decode("latin-1").translate(back).encode()


def _has_long_runs(text: str) -> bool:
    run = 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run > LONGEST_RUN:
            return True
    return False


def _escaped(text: str) -> Iterator[Guess]:
    """Escaped for a page, an address, or a text within another one; and the same undone."""
    with suppress(ValueError):  # a number of more digits than Python reads
        yield Guess(html.unescape(text).encode("utf-8", "surrogatepass"), Cause.HTML_ESCAPED)
    for quotes in (False, True):
        escaped = html.escape(text, quote=quotes)
        yield Guess(escaped.encode(), Cause.HTML_ESCAPED)
        yield Guess(escaped.replace("&#x27;", "&#039;").encode(), Cause.HTML_ESCAPED)
    for encoded in (text, text.replace("+", " ")):
        yield Guess(unquote_to_bytes(encoded), Cause.PERCENT_ENCODED)
        yield Guess(unquote_to_bytes(encoded.partition("=")[2]), Cause.PERCENT_ENCODED)
    bare = text.strip()
    yield Guess(bare.strip("'\"`").encode(), Cause.BODY_QUOTED)
    yield from _literals(bare)
    for is_ascii in (True, False):
        yield Guess(json.dumps(text, ensure_ascii=is_ascii).encode(), Cause.BODY_QUOTED)


def _literals(text: str) -> Iterator[Guess]:
    """What a text says as a literal of JSON, whole or without its quotation marks, or of Python."""
    for quoted in (text, f'"{text}"'):
        with suppress(ValueError):
            value = json.loads(quoted) if quoted.startswith('"') else ""
            yield Guess(value.encode("utf-8", "surrogatepass"), Cause.BODY_QUOTED)
    if _LITERAL.fullmatch(text):
        with suppress(ValueError, SyntaxError):
            literal = ast.literal_eval(text)
            yield Guess(literal if isinstance(literal, bytes) else literal.encode(), Cause.BODY_QUOTED)


def _unwrapped(body: bytes) -> Iterator[Guess]:
    """The body within what was pasted: after the headers, after the time, or behind base64 or hex."""
    for end in (b"\r\n\r\n", b"\n\n"):
        if _HEADERS.match(body) and end in body:
            yield Guess(body.partition(end)[2], Cause.HEADERS_IN_BODY)
    time = time_before(body)
    if time is not None:
        yield Guess(body[len(time) + 1 :], Cause.TIME_IN_BODY)
    packed = b"".join(body.split())
    with suppress(binascii.Error, ValueError):
        yield Guess(b64decode(packed, validate=True), Cause.BODY_ENCODED)
    with suppress(ValueError):
        yield Guess(bytes.fromhex(packed.decode("ascii")), Cause.BODY_ENCODED)
