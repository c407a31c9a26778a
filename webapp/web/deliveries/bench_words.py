"""What the bench found, in words: the verdict, what to look at, and how it was signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from flask_babel import gettext, lazy_gettext

from webapp.presentation.formatting import age, when_long
from webapp.providers.postpay.signature import TOLERANCE
from webapp.webhooks.diagnosis import Cause, Diagnosis, DiagnosisVerdict, Form

CAUSES: dict[Cause, tuple[Any, Any]] = {
    Cause.NEWLINE_ADDED: (
        lazy_gettext("The body has a newline at its end that was not signed."),
        lazy_gettext("Something added it on the way: an editor, a shell's echo, a template. Verify the raw bytes."),
    ),
    Cause.NEWLINE_REMOVED: (
        lazy_gettext("The body was signed with a newline at its end, and that is missing."),
        lazy_gettext("Something trimmed it. Verify the raw bytes before anything reads them."),
    ),
    Cause.BLANKS_ADDED: (
        lazy_gettext("There are blanks around the body that were not signed."),
        lazy_gettext("Paste or verify the bytes exactly as they arrived."),
    ),
    Cause.LINE_ENDS: (
        lazy_gettext("The body's line ends were changed."),
        lazy_gettext("LF became CRLF or the other way round, as editors, forms and Git do it."),
    ),
    Cause.BYTE_ORDER_MARK: (
        lazy_gettext("A byte order mark stands before the body, or was taken away."),
        lazy_gettext("Read and write the body as plain UTF-8 bytes."),
    ),
    Cause.RESERIALISED: (
        lazy_gettext("The body was read and written again as JSON."),
        lazy_gettext("The same content in other bytes has another signature. Keep the raw body before parsing it."),
    ),
    Cause.SECRET_BLANKS: (
        lazy_gettext("There are blanks around the secret."),
        lazy_gettext("Trim it where it is configured: a blank in a settings form is part of the key."),
    ),
    Cause.SECRET_NEWLINE: (
        lazy_gettext("It was signed with a newline or a blank at the end of the secret."),
        lazy_gettext("The secret was stored with it, as from a file. Set the webhook's secret anew without it."),
    ),
    Cause.SECRET_QUOTED: (
        lazy_gettext("There are quotation marks round the secret."),
        lazy_gettext("They belong to the file it was copied from, not to the key."),
    ),
    Cause.SECRET_CASE: (
        lazy_gettext("The secret's capital and small letters are not those that signed it."),
        lazy_gettext("Keys are compared letter by letter; copy it again."),
    ),
    Cause.SECRET_DECODED: (
        lazy_gettext("It was signed with the bytes that the secret spells in hex or base64."),
        lazy_gettext("Postpay takes the secret as plain text: do not decode it."),
    ),
    Cause.OTHER_SECRET: (
        lazy_gettext("It was signed with another of the secrets."),
        lazy_gettext("Most often it is the secret of another environment, or the one before a change."),
    ),
    Cause.TIME_NOT_SIGNED: (
        lazy_gettext("The signature covers the body only, without the time that the header shows."),
        lazy_gettext("Postpay signs the time, a colon and the body together."),
    ),
    Cause.TIME_MISSING: (
        lazy_gettext("The time that was signed is missing in the header."),
        lazy_gettext("Keep the whole value of X-Postpay-Signature: seconds, a colon, the digest."),
    ),
    Cause.TIME_WRONG: (
        lazy_gettext("The time in the header is not the one that was signed."),
        lazy_gettext("Somebody changed it, or the two come from different deliveries."),
    ),
    Cause.TIME_IN_MILLISECONDS: (
        lazy_gettext("The time in the header and the one that was signed differ in their unit."),
        lazy_gettext("Both must be whole seconds, not milliseconds."),
    ),
    Cause.OTHER_JOIN: (
        lazy_gettext("Time and body were not joined by a colon when it was signed."),
        lazy_gettext("Postpay signs the seconds, a colon, then the body; other providers use a dot."),
    ),
    Cause.BASE64: (
        lazy_gettext("The digest is written in base64."),
        lazy_gettext("Postpay writes it in hex. The bytes are right; compare the same spelling."),
    ),
    Cause.UPPER_CASE: (
        lazy_gettext("The digest is written in capital letters."),
        lazy_gettext("Postpay writes small ones. Compare without regard to case, or turn it to small letters."),
    ),
    Cause.PREFIX: (
        lazy_gettext("A name of the hash stands before the digest."),
        lazy_gettext("Postpay sends none; take it away before comparing."),
    ),
    Cause.OTHER_HASH: (
        lazy_gettext("The digest was made with another hash."),
        lazy_gettext("Postpay uses SHA-256."),
    ),
}
_HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha512": "SHA-512"}
_PARTS = {
    "compact": lazy_gettext("without blanks"),
    "spaced": lazy_gettext("with a blank after commas and colons"),
    "indent-2": lazy_gettext("indented by 2"),
    "indent-4": lazy_gettext("indented by 4"),
    "tabs": lazy_gettext("indented by tabs"),
    "sorted": lazy_gettext("keys sorted"),
    "ascii": lazy_gettext("other than ASCII letters as \\u…"),
    "slashes": lazy_gettext("slashes escaped"),
}


class DiagnosisWords(NamedTuple):
    """A finding as the page shows it; `causes` are (what, advice), `facts` (label, value)."""

    kind: str
    title: str
    text: str
    causes: list[tuple[str, str]]
    facts: list[tuple[str, str | None]]


def told(finding: Diagnosis) -> DiagnosisWords:
    kind, title, text = _verdict(finding)
    causes = [(str(CAUSES[cause][0]), str(CAUSES[cause][1])) for cause in finding.causes]
    facts = [
        (gettext("Form"), _form(finding)),
        (gettext("Hash"), _hash(finding)),
        (gettext("Time in the header"), _moment(finding.time)),
        (gettext("Time that was signed"), _moment(finding.signed_at)),
        (gettext("Clock"), _clock(finding)),
        (gettext("JSON when it was signed"), _layout(finding.body_note)),
        (gettext("Signed by"), _secret(finding)),
    ]
    return DiagnosisWords(kind, title, text, causes if finding.verdict is DiagnosisVerdict.EXPLAINED else [], facts)


def _verdict(finding: Diagnosis) -> tuple[str, str, str]:
    late = finding.off is not None and abs(finding.off) > TOLERANCE
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
    text = gettext("Most likely another secret signed it, or the body's content was changed. Nothing else explains it.")
    if late:
        text += " " + gettext("Its time is off as well.")
    return "danger", gettext("It does not match"), text


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
    if finding.off is None or abs(finding.off) > 10**10:
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
