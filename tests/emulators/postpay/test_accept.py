"""The Accept header: versions and media types."""

from __future__ import annotations

import pytest

from .client import Client, error_of


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/*",
        "application/json",
        "application/vnd.api+json",
        "application/vnd.postpay+json",
        "application/vnd.postpay+json; version=v1",
        "application/vnd.postpay+json;version=v1",
        'APPLICATION/vnd.postpay+JSON; Version="v1"',
        "text/html, application/vnd.postpay+json; version=v1",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/json; charset=utf-8; q=0.5",
    ],
)
def test_it_answers_whoever_takes_json_of_the_first_version(client: Client, accept: str | None) -> None:
    answer = client.request("GET", "/orders", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.api+json"


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "text/*",
        "application/xml",
        "application/vnd.postpay+xml; version=v1",
        "application/vnd.postpay+json; version=v2",
        "application/vnd.postpay+json; version=",
        "application/json; version=1",
        "*/*; version=v9",
        "application/vnd.postpay+json; version=v9, */*",
        "*/*, application/*, application/json; version=v9",
        ";;;",
        "json",
    ],
)
def test_it_refuses_other_versions_and_other_media_types(client: Client, accept: str) -> None:
    assert error_of(client.request("GET", "/orders", headers={"Accept": accept})) == (406, "not_acceptable")
