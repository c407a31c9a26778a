"""What the bench found, in words: the verdict, what to look at, and how it was signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext, lazy_gettext

from webapp.presentation.formatting import age, when_long
from webapp.providers.postpay.signature import TOLERANCE
from webapp.webhooks.diagnosis import Cause, Diagnosis, DiagnosisVerdict, Form

from .bench_causes import CAUSES, CLUES

_HASHES = {
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
}
_PARTS = {
    "compact": lazy_gettext("without blanks"),
    "spaced": lazy_gettext("with a blank after commas and colons"),
    "indent-2": lazy_gettext("indented by 2"),
    "indent-4": lazy_gettext("indented by 4"),
    "tabs": lazy_gettext("indented by tabs"),
    "sorted": lazy_gettext("keys sorted"),
    "documented": lazy_gettext("keys in the order of Postpay's documents"),
    "by-length": lazy_gettext("keys sorted by length, as databases do"),
    "ascii": lazy_gettext("other than ASCII letters as \\u…"),
    "slashes": lazy_gettext("slashes escaped"),
    "html": lazy_gettext("escaped as Go does"),
    "gson": lazy_gettext("escaped as Gson does"),
    "dotnet": lazy_gettext("escaped as .NET does"),
}
_TIMES = {Cause.TIME_WRONG, Cause.TIME_IN_MILLISECONDS, Cause.TIME_NOT_SECONDS}
FARTHEST = 10**10
"""Seconds that are still told as a time."""


class DiagnosisWords(NamedTuple):
    """A finding as the page shows it; `points` are (what, advice), `facts` (label, value)."""

    kind: str
    title: str
    text: str
    points: list[tuple[str, str]]
    facts: list[tuple[str, str | None]]


def told(finding: Diagnosis, *, was_taken: bool | None = None) -> DiagnosisWords:
    """`was_taken`: what the desk's receiver said of a stored delivery when it arrived."""
    kind, title, text = _verdict(finding)
    more = [one for one in (_late(finding), _since(finding, was_taken)) if one]
    words = [*(CAUSES[cause] for cause in finding.causes), *(CLUES[clue] for clue in finding.clues)]
    points = [(str(what), str(advice)) for what, advice in words]
    facts = [
        (gettext("Form"), _form(finding)),
        (gettext("Hash"), _hash(finding)),
        (gettext("Time in the header"), _moment(finding.time)),
        (gettext("Time that was signed"), _moment(finding.signed_at)),
        (gettext("Clock"), _clock(finding)),
        (gettext("JSON when it was signed"), _layout(finding.body_note)),
        (gettext("Signed by"), _secret(finding)),
    ]
    return DiagnosisWords(kind, title, " ".join([text, *more]), points, facts)


def _verdict(finding: Diagnosis) -> tuple[str, str, str]:
    match finding.verdict:
        case DiagnosisVerdict.GENUINE:
            return "success", gettext("The signature matches"), gettext("This body was signed with this secret.")
        case DiagnosisVerdict.OUT_OF_TIME:
            return (
                "warning",
                gettext("The signature matches, but its time is off"),
                gettext("A receiver refuses it more than 5 minutes before or after its time, because of repetitions."),
            )
        case DiagnosisVerdict.EXPLAINED:
            text = gettext("Without what is told below it would match.")
            return "warning", gettext("It does not match, and here is why"), text
        case DiagnosisVerdict.NO_SIGNATURE:
            text = gettext("Paste the headers with X-Postpay-Signature, or its value alone.")
            return "danger", gettext("There is no signature in the headers"), text
        case DiagnosisVerdict.UNREADABLE:
            text = gettext("It should be seconds, a colon and 64 digits of hex. It may have been cut.")
            return "danger", gettext("The signature cannot be read"), text
    text = gettext(
        "Most often another secret signed it, or the body is not the one that was sent. A changed value, a number "
        "written another way or keys in another order cannot all be tried out."
    )
    return "danger", gettext("It does not match, and the cause was not found"), text


def _late(finding: Diagnosis) -> str | None:
    """That it would be refused for its time, too."""
    is_told = finding.verdict is DiagnosisVerdict.OUT_OF_TIME or not _TIMES.isdisjoint(finding.causes)
    is_late = finding.off is not None and TOLERANCE < abs(finding.off) <= FARTHEST
    return gettext("Its time is off as well.") if is_late and not is_told else None


def _since(finding: Diagnosis, was_taken: bool | None) -> str | None:
    """Where the desk's secrets are no longer those that it had when the delivery arrived."""
    is_genuine = finding.verdict is DiagnosisVerdict.GENUINE
    if was_taken is None or is_genuine is was_taken:
        return None
    if was_taken:
        return gettext("It matched when it arrived: the desk's secret has been replaced since then.")
    return gettext("It did not when it arrived, and was refused: the desk had another secret then.")


def _form(finding: Diagnosis) -> str | None:
    forms = {Form.TIMED: gettext("With a time"), Form.BARE: gettext("Bare, without a time")}
    return forms[finding.form] if finding.form else None


def _hash(finding: Diagnosis) -> str | None:
    if finding.hash is None:
        return None
    name = _HASHES[finding.hash]
    return name if finding.hash == "sha256" else gettext("%(name)s; the desk itself takes SHA-256 only", name=name)


def _moment(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    try:
        return when_long(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _clock(finding: Diagnosis) -> str | None:
    """By how much the header's time is off from the clock it is compared with."""
    if finding.off is None or abs(finding.off) > FARTHEST:
        return None
    span = _span(abs(finding.off))
    if finding.off >= 0:
        return gettext("%(span)s behind", span=span)
    return gettext("%(span)s ahead", span=span)


def _span(seconds: int) -> str:
    return gettext("%(count)s s", count=seconds) if seconds < 120 else age(timedelta(seconds=seconds))


def _layout(note: str) -> str | None:
    return ", ".join(str(_PARTS[part]) for part in note.split()) or None


def _secret(finding: Diagnosis) -> str | None:
    if Cause.OTHER_SECRET not in finding.causes:
        return None
    return gettext("the secret in line %(line)s", line=finding.secret_place + 1)
