"""Each mistake that the bench knows, in words: what it is, and what to do about it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from webapp.webhooks.diagnosis import Cause, Clue

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
    Cause.CHARSET: (
        lazy_gettext("The body's characters were read or written in another encoding."),
        lazy_gettext("It must stay UTF-8, byte for byte: do not let Windows-1252, Latin-1 or UTF-16 come in between."),
    ),
    Cause.NORMALISED: (
        lazy_gettext("The body's letters were put together of other parts (Unicode normalisation)."),
        lazy_gettext(
            "An accented letter may be one character or two. They look alike and have other bytes, so do not normalise."
        ),
    ),
    Cause.TYPOGRAPHY: (
        lazy_gettext("Quotation marks or blanks in the body were replaced by typographic ones."),
        lazy_gettext("Word processors, mail and chat programs do that. Copy the raw bytes, or use base64."),
    ),
    Cause.HTML_ESCAPED: (
        lazy_gettext("The body was escaped for an HTML page, or such escapes were undone."),
        lazy_gettext(
            "Entities such as &quot; and &amp; are other bytes. Copy the body from its source rather than from a page."
        ),
    ),
    Cause.PERCENT_ENCODED: (
        lazy_gettext("The body is percent-encoded, as in an address or a form."),
        lazy_gettext("Take the raw body, not a field that was read from it."),
    ),
    Cause.BODY_QUOTED: (
        lazy_gettext("The body is quoted or escaped as a text within another one."),
        lazy_gettext(
            "So logs and programs print it: with quotation marks round it and backslashes in it. Take the raw bytes."
        ),
    ),
    Cause.BODY_ENCODED: (
        lazy_gettext("The body is in base64 or hex."),
        lazy_gettext("Decode it before you verify it; on this page choose base64 or hex below."),
    ),
    Cause.HEADERS_IN_BODY: (
        lazy_gettext("The headers stand before the body."),
        lazy_gettext("Only what follows the empty line is signed."),
    ),
    Cause.RESERIALISED: (
        lazy_gettext("The body was read and written again as JSON."),
        lazy_gettext("The same content in other bytes has another signature. Keep the raw body before parsing it."),
    ),
    Cause.KEYS_REORDERED: (
        lazy_gettext("The body's keys stand in another order than when it was signed."),
        lazy_gettext(
            "A program read the JSON and wrote it again in its own order. Keep the raw body before parsing it."
        ),
    ),
    Cause.EMPTY_BODY: (
        lazy_gettext("It was signed without the body."),
        lazy_gettext("The body had not been read yet, or somebody had read it before: read it once, and keep it."),
    ),
    Cause.OBJECT_AS_TEXT: (
        lazy_gettext("It was signed over a program's own text of the object, not over JSON."),
        lazy_gettext("Sign and verify the raw bytes, never an object that was parsed."),
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
    Cause.SECRET_NAMED: (
        lazy_gettext("The name of the setting stands before the secret."),
        lazy_gettext("Only what follows the equals sign or the colon is the key."),
    ),
    Cause.SECRET_PREFIX: (
        lazy_gettext("A prefix such as whsec_ belongs to the secret on one side only."),
        lazy_gettext("Other providers' libraries take it off. Postpay takes the secret letter by letter."),
    ),
    Cause.SECRET_CASE: (
        lazy_gettext("The secret's capital and small letters are not those that signed it."),
        lazy_gettext("Keys are compared letter by letter; copy it again."),
    ),
    Cause.SECRET_DECODED: (
        lazy_gettext("It was signed with the bytes that the secret spells in hex or base64."),
        lazy_gettext("Postpay takes the secret as plain text: do not decode it."),
    ),
    Cause.SECRET_ENCODED: (
        lazy_gettext("It was signed with the secret written in hex or base64."),
        lazy_gettext("Postpay takes the secret as plain text: do not encode it. Kubernetes stores secrets in base64."),
    ),
    Cause.OTHER_SECRET: (
        lazy_gettext("It was signed with another of the secrets."),
        lazy_gettext("Most often it is the secret of another environment, or the one before a change."),
    ),
    Cause.EMPTY_SECRET: (
        lazy_gettext("It was signed with an empty secret."),
        lazy_gettext("Most often the setting with the secret was missing. A receiver must never accept an empty one."),
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
    Cause.TIME_IN_BODY: (
        lazy_gettext("The time that is signed stands before the body."),
        lazy_gettext(
            "It belongs in the header. With it in the body an old delivery would look new, so receivers refuse it."
        ),
    ),
    Cause.TIME_IN_MILLISECONDS: (
        lazy_gettext("The time in the header and the one that was signed differ in their unit."),
        lazy_gettext("Both must be whole seconds, not milliseconds."),
    ),
    Cause.TIME_NOT_SECONDS: (
        lazy_gettext("The time is not in seconds."),
        lazy_gettext("Postpay writes whole seconds since 1970, which are ten digits; milliseconds are thirteen."),
    ),
    Cause.OTHER_JOIN: (
        lazy_gettext("Time and body were not joined by a colon when it was signed."),
        lazy_gettext("Postpay signs the seconds, a colon, then the body; other providers use a dot."),
    ),
    Cause.SWAPPED_ARGUMENTS: (
        lazy_gettext("Secret and message were swapped when the digest was made."),
        lazy_gettext("The secret is the key. Look at the order in which your library's HMAC function takes them."),
    ),
    Cause.UNKEYED: (
        lazy_gettext("The digest is a plain hash, made without the secret."),
        lazy_gettext("Anybody could make it. Use HMAC-SHA256 with the secret as its key."),
    ),
    Cause.CONCATENATED: (
        lazy_gettext("The digest is a plain hash of secret and body put together."),
        lazy_gettext("HMAC is more than that. Use your library's HMAC function with the secret as its key."),
    ),
    Cause.HASH_SIGNED: (
        lazy_gettext("The body's hash was signed instead of the body."),
        lazy_gettext("HMAC takes the time, a colon and the whole raw body."),
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
    Cause.STRIPE_HEADER: (
        lazy_gettext("The header is written as Stripe does it: t=…, v1=…."),
        lazy_gettext(
            "Postpay sends the seconds, a colon and the digest. Libraries for Stripe neither write nor read that."
        ),
    ),
    Cause.SVIX_HEADER: (
        lazy_gettext("The header is written as Svix and Standard Webhooks do it: v1, then base64."),
        lazy_gettext(
            "Postpay sends the seconds, a colon and the digest in hex. Their libraries neither write nor read that."
        ),
    ),
    Cause.OTHER_HEADER: (
        lazy_gettext("The signature stands in another header."),
        lazy_gettext("Postpay sends it in X-Postpay-Signature; a receiver looks nowhere else."),
    ),
    Cause.SEVERAL_HEADERS: (
        lazy_gettext("X-Postpay-Signature is there more than once."),
        lazy_gettext(
            "A receiver sees the values as one, joined by a comma, and refuses it. Does a proxy add it again?"
        ),
    ),
    Cause.OTHER_SEPARATOR: (
        lazy_gettext("Time and digest are not separated by a colon."),
        lazy_gettext("Keep the whole value of X-Postpay-Signature: seconds, a colon, the digest."),
    ),
    Cause.SWAPPED_PARTS: (
        lazy_gettext("The time stands after the digest."),
        lazy_gettext("Postpay sends it before: seconds, a colon, the digest."),
    ),
    Cause.SIGNATURE_QUOTED: (
        lazy_gettext("There are quotation marks or other marks round the signature."),
        lazy_gettext("They belong to where it was copied from. Should the header have them, take them off."),
    ),
    Cause.SIGNATURE_BLANKS: (
        lazy_gettext("There are blanks or line breaks within the signature."),
        lazy_gettext("Something wrapped it. The value is one word."),
    ),
    Cause.SIGNATURE_PERCENT: (
        lazy_gettext("The signature is percent-encoded."),
        lazy_gettext("Decode it once; the header itself holds a plain colon."),
    ),
    Cause.CUT: (
        lazy_gettext("Digits of the digest are missing."),
        lazy_gettext("What is left is right. A field that is too short may have cut it; SHA-256 has 64 digits."),
    ),
    Cause.OTHER_HASH: (
        lazy_gettext("The digest was made with another hash."),
        lazy_gettext("Postpay uses SHA-256, and receivers take nothing else."),
    ),
}
CLUES: dict[Clue, tuple[Any, Any]] = {
    Clue.SHORT_DIGEST: (
        lazy_gettext("The digest has fewer than 64 digits."),
        lazy_gettext("It was cut, or made with another hash than SHA-256."),
    ),
    Clue.SECRET_MASKED: (
        lazy_gettext("The secret looks masked."),
        lazy_gettext("Dots, asterisks or crosses stand in it. Copy the secret itself."),
    ),
    Clue.BODY_MASKED: (
        lazy_gettext("The body looks masked."),
        lazy_gettext("Dots or asterisks stand in it. Take the raw bytes."),
    ),
    Clue.CHARACTERS_LOST: (
        lazy_gettext("Characters of the body were lost."),
        lazy_gettext("� stands where they were, and nothing brings them back. Take the raw bytes."),
    ),
    Clue.BODY_CUT: (
        lazy_gettext("The body ends in the middle of its JSON."),
        lazy_gettext("It was cut. Take all of it."),
    ),
    Clue.KEYS_SORTED: (
        lazy_gettext("The body's keys are in alphabetical order."),
        lazy_gettext("Where a program sorted them, nobody can tell in which order they were signed."),
    ),
    Clue.NOT_ALL_TRIED: (
        lazy_gettext("Not every mistake was tried."),
        lazy_gettext("The body or the list of secrets is too long for that; the likeliest ones were."),
    ),
}
"""What points to a mistake that cannot be tried out, and what to do about it."""
