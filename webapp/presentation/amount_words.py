"""Why a typed text is not an amount, in words."""

from __future__ import annotations

import unicodedata

from flask_babel import gettext

from webapp.money import AmountProblem, Money, exponent, is_known_currency

LONGEST_MARK = 20


def amount_words(problem: AmountProblem, currency: str, mark: str = "") -> str:
    """Why a typed text is not an amount of the currency, with an example of one; `mark` is what stands in the way."""
    example = Money(120 * 10 ** exponent(currency) + 10 ** exponent(currency) // 2, currency)
    if problem is AmountProblem.EMPTY:
        return gettext("Enter an amount in %(currency)s.", currency=currency)
    if problem is AmountProblem.TOO_PRECISE and not exponent(currency):
        return gettext(
            "%(currency)s has no decimals: enter the amount like %(example)s.", currency=currency, example=example.plain
        )
    if problem is AmountProblem.TOO_PRECISE:
        return gettext(
            "%(currency)s has %(digits)s decimals: enter the amount like %(example)s.",
            currency=currency,
            digits=exponent(currency),
            example=example.plain,
        )
    if problem is AmountProblem.TOO_LARGE:
        return gettext("This amount is too large. Enter at most 12 digits before the decimal point.")
    if problem is AmountProblem.COMMA:
        return gettext(
            "The comma “%(mark)s” could mean thousands or decimals here. Leave it out, or use a point before the"
            " decimals, like %(example)s.",
            mark=mark,
            example=example.plain,
        )
    if problem is AmountProblem.STRAY_MARK and is_known_currency(mark.upper()):
        return gettext(
            "The amount is in %(currency)s here, not in %(other)s. Enter it like %(example)s.",
            currency=currency,
            other=mark.upper(),
            example=example.plain,
        )
    if problem is AmountProblem.STRAY_MARK:
        return gettext(
            "%(mark)s does not belong here: enter the amount in plain digits, like %(example)s.",
            mark=_mark_words(mark),
            example=example.plain,
        )
    return gettext("Enter the amount in plain digits, like %(example)s.", example=example.plain)


def _mark_words(mark: str) -> str:
    """What stands in the way, so that it can be found in the field: also a mark that cannot be seen has a name."""
    if mark.isascii() and mark.isprintable() and not mark.isspace():
        return gettext("“%(mark)s”", mark=mark[:LONGEST_MARK])
    if mark == " ":
        return gettext("A space inside the amount")
    if len(mark) > 1 or mark.isalnum():
        return gettext("“%(mark)s”", mark=mark[:LONGEST_MARK])
    name = f"{unicodedata.name(mark, '').lower()} U+{ord(mark):04X}".strip()
    if mark.isspace() or not mark.isprintable():
        return gettext("An invisible character inside the amount (%(name)s)", name=name)
    return gettext("“%(mark)s” (%(name)s)", mark=mark, name=name)
