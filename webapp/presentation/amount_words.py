"""Why a typed text is not an amount, in words."""

from __future__ import annotations

from flask_babel import gettext

from webapp.money import AmountProblem, Money, exponent


def amount_words(problem: AmountProblem, currency: str) -> str:
    """Why a typed text is not an amount of the currency, with an example of one."""
    example = Money(120 * 10 ** exponent(currency) + 10 ** exponent(currency) // 2, currency)
    if problem is AmountProblem.EMPTY:
        return gettext("Enter an amount in %(currency)s.", currency=currency)
    if problem is AmountProblem.TOO_PRECISE and not exponent(currency):
        return gettext("%(currency)s has no decimals: write %(example)s.", currency=currency, example=example.plain)
    if problem is AmountProblem.TOO_PRECISE:
        return gettext(
            "%(currency)s has %(digits)s decimals: write %(example)s.",
            currency=currency,
            digits=exponent(currency),
            example=example.plain,
        )
    if problem is AmountProblem.TOO_LARGE:
        return gettext("This is more than any order can cost.")
    return gettext("Write the amount in plain digits, like %(example)s.", example=example.plain)
