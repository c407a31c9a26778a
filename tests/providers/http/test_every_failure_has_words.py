"""Each kind of failure is told as what it is, wherever one becomes words: a new kind must be thought of everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from webapp.jobs.causes import cause_of
from webapp.presentation.job_words import CAUSES
from webapp.presentation.provider_errors import OF_THE_PROVIDER, words_for_gateway
from webapp.providers.http.errors import (
    Forbidden,
    GatewayError,
    NoAnswer,
    NotFound,
    ProviderFailed,
    Refused,
    Throttled,
    UnreadableAnswer,
    UnreadableRow,
)
from webapp.web.connection.words import OUTCOMES

UNREADABLE = "Postpay's answer could not be read"


def every(kind: type[GatewayError]) -> Iterator[type[GatewayError]]:
    """The kind and all below it."""
    yield kind
    for lower in kind.__subclasses__():
        yield from every(lower)


def one_of(kind: type[GatewayError]) -> GatewayError:
    """A failure of this kind."""
    if issubclass(kind, Refused):
        return kind("list_orders", "GET", status=400, code="")
    if issubclass(kind, UnreadableRow):
        return kind("list_orders", "GET", "no amount", status=200, row="row-1", field="amount")
    if issubclass(kind, UnreadableAnswer):
        return kind("list_orders", "GET", "no JSON", status=200)
    return kind("list_orders", "GET", status=500) if issubclass(kind, ProviderFailed) else kind("e", "GET", "x")  # type: ignore[call-arg]


KINDS = list(every(GatewayError))


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_words_of_its_own(app: Flask, kind: type[GatewayError]) -> None:
    assert kind in OF_THE_PROVIDER
    with app.test_request_context():
        words = words_for_gateway(one_of(kind))
    assert (words.title == UNREADABLE) == issubclass(kind, UnreadableAnswer)
    assert (words.status == 404) == issubclass(kind, NotFound)
    assert (words.status == 503) == (kind is GatewayError or issubclass(kind, NoAnswer | ProviderFailed | Throttled))
    assert all((words.title, words.message, words.advice))


def test_no_two_refusals_say_the_same(app: Flask) -> None:
    with app.test_request_context():
        said = [words_for_gateway(one_of(kind)).title for kind in every(Refused)]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_has_words_of_its_own(kind: type[GatewayError]) -> None:
    cause = cause_of(one_of(kind))
    assert cause in CAUSES
    assert (cause == "unreadable") == (kind is GatewayError or issubclass(kind, UnreadableAnswer))


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_about_the_connection_has_words_of_its_own(kind: type[GatewayError]) -> None:
    assert kind.__name__ in OUTCOMES


def test_a_403_in_html_is_told_as_a_403(app: Flask) -> None:
    error = UnreadableAnswer("list_orders", "GET", "no error as documented", status=403)
    with app.test_request_context():
        assert words_for_gateway(error) == words_for_gateway(one_of(Forbidden))
    assert cause_of(error) == "forbidden"
