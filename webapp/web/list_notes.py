"""What a list has to say above its rows: which of several ids it does not have, and what its sorting compares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext, ngettext

from webapp.core.provider_id import spellings, visible
from webapp.providers.postpay.models import Page

MOST_NAMED = 10


def missing_ids(asked: Sequence[str], page: Page[Any], found: Iterable[str]) -> list[str]:
    """Which of the ids that were asked for are not there; only how many, where the page does not show all that are."""
    if not asked or page.unexpected:
        return []
    ids = {*found, *(row.id for row in page.bad)}
    missing = [each for each in asked if not ids & set(spellings(each))]
    is_whole = page.count == len(page.results) + len(page.bad)
    if is_whole:
        return [_named(missing, len(asked))] if missing else []
    return [_counted(len(asked) - page.count, len(asked))] if page.count < len(asked) else []


def _named(missing: Sequence[str], asked: int) -> str:
    told = ", ".join(map(visible, missing[:MOST_NAMED])) + (" …" if len(missing) > MOST_NAMED else "")
    return ngettext(
        "%(num)s of the %(asked)s IDs is not in this list: %(ids)s. Nothing with exactly this ID matches.",
        "%(num)s of the %(asked)s IDs are not in this list: %(ids)s. Nothing with exactly these IDs matches.",
        len(missing),
        asked=asked,
        ids=told,
    )


def _counted(missing: int, asked: int) -> str:
    return ngettext(
        "%(num)s of the %(asked)s IDs is not in this list. Show 50 per page to see which.",
        "%(num)s of the %(asked)s IDs are not in this list. Show 50 per page to see which.",
        missing,
        asked=asked,
    )


def mixed_currencies(by_amount: bool, currencies: Iterable[str]) -> list[str]:
    """That amounts of several currencies are sorted by their smallest units, as the provider does."""
    if not by_amount or len(set(currencies)) < 2:
        return []
    return [
        gettext(
            "Sorted by the number of smallest units, whatever the currency: JPY 1,000 counts as much as AED 10.00."
            " Choose one currency to compare amounts."
        )
    ]
