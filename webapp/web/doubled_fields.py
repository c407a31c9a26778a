"""A form that gives one field twice was not made by a page of the desk: which of the two would count?

The gate refuses it with 400, except for fields that a view declares with `@takes_lists("status", …)`.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, request

from webapp.access.permissions import View


def takes_lists(*names: str) -> Callable[[View], View]:
    """Marks a view of a POST: these fields may come several times."""

    def mark(view: View) -> View:
        view.list_fields = frozenset(names)  # type: ignore[attr-defined]
        return view

    return mark


def takes_raw_body(view: View) -> View:
    """Marks a view of a POST that reads the body itself, byte by byte: nobody may read it as a form before."""
    view.takes_raw_body = True  # type: ignore[attr-defined]
    return view


def refuse_doubled_fields(view: object) -> None:
    """Answers 400 when a field that is no list came twice."""
    if getattr(view, "takes_raw_body", False):
        return
    allowed: frozenset[str] = getattr(view, "list_fields", frozenset())
    if any(len(texts) > 1 and name not in allowed for name, texts in request.form.lists()):
        abort(400)
