"""The list that a provider keeps and a person filters in the address: what orders, transactions and webhooks share.

An area reads its filters, asks the provider, and brings its rows and its words; the states of a list, the form and
what htmx needs are the same for all. Each area has `list.html`, which shows `filter_bar` and includes
`_results.html`, and `_filters.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Response, g, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from webapp.lists.filters import AddressFilters
from webapp.lists.filters.by_id import FiltersOrId
from webapp.lists.filters.controls import kept_bar, page_sizes, row_address
from webapp.presentation.provider_errors import words_for_gateway
from webapp.presentation.unreadable_words import UnreadRow
from webapp.providers.http.errors import GatewayError, NotFound, UnreadableAnswer

from .htmx import form_follows, wants_fragment

Unread = Mapping[int, Sequence[UnreadRow]]
Choices = Mapping[str, Any]


class Listing(Protocol):
    """A page of the list, ready to show."""

    @property
    def rows(self) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class FilteredList:
    """One question to a list, and every answer to it.

    `area` names the folder of its templates, `choices` gives those of its form (asked for only when it is drawn),
    `values` are what its templates need beside those of every list. `is_bar_kept`: others may be shown the same form.
    """

    area: str
    filters: AddressFilters
    base: str
    choices: Callable[[], Choices]
    values: Mapping[str, object]
    is_bar_kept: bool = True

    def unasked(self) -> AnyResponse | None:
        """The answer where nobody is to be asked: wrong filters, an address to be tidied, what nothing can match."""
        if self.filters.errors:
            return self._show("invalid", 422)
        if not wants_fragment() and "" in request.args.values():
            return redirect(self.filters.here(self.base), 303)
        return None if self.filters.can_match else self._show("no-match")

    def unanswered(self, error: GatewayError) -> Response:
        """What cannot be asked is said on the page, with everything that was typed."""
        if isinstance(error, NotFound) and self.filters.page > 1:
            return self.past_end()
        words = words_for_gateway(error)
        return self._show("unavailable", 502 if words.status == 404 else words.status, problem=words)

    def past_end(self) -> Response:
        """A page that the list does not have (any more)."""
        return self._show("past-end", 404)

    def rows(self, listing: Listing, *, unread: Unread | None = None, notes: Sequence[str] = ()) -> Response:
        """The rows, or why there is none.

        `unread`: those that cannot be read, by the place of the one they stand before. `notes` stand above them all.
        """
        if listing.rows or unread:
            return self._show("rows", listing=listing, unread=unread or {}, notes=notes)
        return self._show("no-match" if self.filters.is_filtered else "nothing")

    def searched(self, filters: FiltersOrId, found: Iterable[str], get: Callable[[str], object]) -> AnyResponse:
        """Leads to the row with the ID that was searched for: to the likeliest spelling that is among those found.

        Where none is, those that no list can be asked for are looked for by `get`, which raises NotFound.
        Raises GatewayError.
        """
        ids = set(found)
        likeliest = [spelling for spelling in filters.asked_spellings if spelling in ids]
        for spelling in likeliest or filters.other_spellings:
            if spelling in ids or _is_there(spelling, get):
                return redirect(row_address(self.base, spelling))
        return self._show("no-match")

    def _show(self, state: str, status: int = 200, **more: object) -> Response:
        """The whole page; for htmx the results."""
        here = self.filters.here(self.base)
        values = {
            "filters": self.filters,
            "base": self.base,
            "here": here,
            "query_string": here.partition("?")[2],
            "state": state,
            "sizes": page_sizes(self.filters, self.base),
            "is_fragment": wants_fragment(),
            "request_id": g.get("request_id", ""),
            **self.values,
            **more,
        }
        if not wants_fragment():
            page = render_template(f"{self.area}/list.html", filter_bar=self._filter_bar(), **values)
            return make_response(page, status)
        if form_follows():
            values |= {"out_of_band": True, "filter_bar": self._filter_bar()}
        response = make_response(render_template(f"{self.area}/_results.html", **values), status)
        response.headers["HX-Push-Url"] = here
        return response

    def _filter_bar(self) -> Markup:
        if not self.is_bar_kept:
            return self._draw_filter_bar()
        return kept_bar(self.filters, self.base, self._draw_filter_bar)

    def _draw_filter_bar(self) -> Markup:
        values = {"filters": self.filters, "base": self.base, "choices": self.choices()}
        html = render_template(f"{self.area}/_filters.html", **values)
        return Markup(html)  # noqa: S704 - a template of ours has escaped it


def _is_there(searched: str, get: Callable[[str], object]) -> bool:
    """Whether there is something with this ID, be it readable or not."""
    try:
        get(searched)
    except NotFound:
        return False
    except UnreadableAnswer:
        return True
    return True
