"""A header among pasted ones, however they were pasted: as they travel, from curl, as JSON, a dict, a map, an array."""

from __future__ import annotations

import re

# What stands before a name is of its own line: a search that begins at each must not read all that follow each time.
_BEFORE = r"^(?:[<>*|-]|[^\S\n])*"
_AFTER = r"[^\S\n]*:[^\S\n]*([^\n]*)$"
_SIGNATURE = r"(?:HTTP[-_])?X[-_]Postpay[-_]Signature"
_SIGNATURE_LINE = re.compile(_BEFORE + _SIGNATURE + _AFTER, re.I | re.M)
_SIGNATURE_NAME = re.compile(r"(?<![A-Za-z0-9_-])" + _SIGNATURE + r"(?![A-Za-z0-9_-])", re.I)
_OTHER_LINE = re.compile(_BEFORE + r"[A-Za-z0-9_-]{0,40}Signature[A-Za-z0-9_-]{0,20}" + _AFTER, re.I | re.M)
_DATE_LINE = re.compile(_BEFORE + "Date" + _AFTER, re.I | re.M)
_DATE_NAME = re.compile(r"(?<![A-Za-z0-9_-])Date(?![A-Za-z0-9_-])", re.I)
_ID_LINE = re.compile(_BEFORE + r"(?:Svix|Webhook)-Id" + _AFTER, re.I | re.M)
_TIME_LINE = re.compile(_BEFORE + r"(?:Svix|Webhook|X-Slack-Request)-Timestamp" + _AFTER, re.I | re.M)

REACH = 600
"""Characters after a name in which its value stands."""
_BETWEEN = re.compile(
    r"""['"\])]{0,2}\s{0,40}(?:=>|[:=,])\s{0,40}(?:['"]?value['"]?\s{0,4}[:=]\s{0,4})?"""
    r"""(?:string\([0-9]{1,4}\)\s{0,4})?[({]?"""
)
_LIST = re.compile(r"\[([^\[\]]*)\]")
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_WORD = re.compile(r"""[^\s'"\])};]+""")


def find_header(text: str) -> list[str]:
    """The values of X-Postpay-Signature; several where it is there more than once."""
    lines = [line.strip(" \t\r") for line in _SIGNATURE_LINE.findall(text)]
    return lines or _structured(text, _SIGNATURE_NAME)


def find_other(text: str) -> str | None:
    """The value of another header that is called a signature."""
    found = _OTHER_LINE.search(text)
    return found[1].strip() if found else None


def find_date(text: str) -> str | None:
    """The text of the Date header."""
    found = _DATE_LINE.search(text)
    values = [found[1].strip()] if found else _structured(text, _DATE_NAME)
    return values[0] if values else None


def find_id_and_time(text: str) -> tuple[str | None, str | None]:
    """What Svix, Standard Webhooks and Slack send beside the signature."""
    name, time = _ID_LINE.search(text), _TIME_LINE.search(text)
    digits = time[1].strip() if time else ""
    return name[1].strip() if name else None, digits if re.fullmatch(r"[0-9]{1,16}", digits) else None


def _structured(text: str, name: re.Pattern[str]) -> list[str]:
    """The values that belong to a name within quotation marks or brackets of whatever language."""
    found = name.search(text)
    if found is None:
        return []
    before, after = text[: found.start()][-2:], text[found.end() : found.end() + REACH]
    if before.startswith("\\"):
        after = after.replace("\\", "")
    quote = before[-1:]
    if quote in ("'", '"', "`") and after[:1] == ":":
        return [after[1:].partition(quote)[0].strip(" ")]
    between = _BETWEEN.match(after)
    return _values(after[between.end() :]) if between else []


def _values(text: str) -> list[str]:
    """The first value of a text, or all of the list that it begins with."""
    if listed := _LIST.match(text):
        return [one or other for one, other in _QUOTED.findall(listed[1])] or [listed[1]]
    if quoted := _QUOTED.match(text):
        return [quoted[1] or quoted[2] or ""]
    word = _WORD.match(text)
    return [word[0].rstrip(",")] if word else []
