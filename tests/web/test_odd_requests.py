"""Requests that no page makes: each gets an answer in words, none a crash."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.browser import Browser
from webapp.emulators.postpay.server import Sandbox

TOO_LARGE = [2**31, 2**63, 10**40]


@pytest.mark.parametrize("number", TOO_LARGE)
@pytest.mark.parametrize("path", ["/demo/captures/{}", "/demo/in-progress/{}/close", "/audit/{}"])
def test_a_number_that_no_row_can_have_is_not_found(farah: Browser, path: str, number: int) -> None:
    farah.open(path.format(number))
    assert farah.status == 404
    assert "Page not found" in farah.words


@pytest.mark.parametrize("number", TOO_LARGE)
def test_a_page_that_no_list_can_have_is_empty(farah: Browser, number: int) -> None:
    farah.open(f"/demo/in-progress?page={number}")
    assert farah.status == 200


@pytest.mark.parametrize("header", ["HX-Current-URL", "Referer"])
def test_an_address_that_is_none_leads_to_the_sign_in(app: Flask, header: str) -> None:
    answer = app.test_client().get("/demo/orders", headers={"HX-Request": "true", header: "http://[x"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/sign-in")


def test_a_report_of_endless_depth_is_taken_and_dropped(app: Flask) -> None:
    answer = app.test_client().post("/csp-report", data="[" * 5000, content_type="application/csp-report")
    assert answer.status_code == 204


def test_an_error_page_leads_on(alice: Browser, sign_in: Callable[[str], Browser], sandbox: Sandbox) -> None:
    alice.open("/nowhere")
    alice.follow("Go to the orders")
    assert alice.heading == "Orders"
    alice.open("/audit/999999")
    alice.follow("Go to the audit log")
    assert alice.heading == "Audit log"
