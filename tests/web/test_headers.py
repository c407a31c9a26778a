"""What every answer carries: pages, fragments, files, errors, and answers to strangers."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.browser import Browser
from tests.conftest import make_settings
from webapp import create_app
from webapp.core.settings import Settings
from webapp.web.static_files import static_url

DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}


def answers(browser: Browser) -> dict[str, TestResponse]:
    """One answer of every kind."""
    get, htmx = browser.client.get, {"HX-Request": "true"}
    return {
        "page": get("/demo/orders"),
        "fragment": get("/demo/orders", headers=htmx),
        "sign-in": Browser(browser.app).client.get("/sign-in"),
        "redirect": Browser(browser.app).client.get("/demo/orders"),
        "not found": get("/nowhere"),
        "not found fragment": get("/nowhere", headers=htmx),
        "not allowed": get("/theme"),
        "forged form": browser.client.post("/theme", data={"theme": "dark"}),
        "file": get(static_url("desk.css")),
        "no file": get("/static/0123456789abcdef/nothing.css"),
        "health": get("/healthz"),
        "other site": browser.client.post("/theme", headers={"Sec-Fetch-Site": "cross-site"}),
        "too large": browser.client.post("/theme", data={"theme": "x" * 300_000}),
        "no role": get("/people"),
        "stranger's fragment": Browser(browser.app).client.get("/demo/orders", headers=htmx),
        "delivery": browser.client.post("/hooks/demo/of-nobody-0123456789"),
        "report": browser.client.post("/csp-report", data="{}"),
        "options": browser.client.options("/demo/orders"),
        "head": browser.client.head("/sign-in", headers={"Cookie": ""}),
    }


@pytest.fixture
def all_answers(alice: Browser) -> dict[str, TestResponse]:
    found = answers(alice)
    assert {kind: answer.status_code for kind, answer in found.items()} == {
        "page": 200, "fragment": 200, "sign-in": 200, "redirect": 302, "not found": 404, "not found fragment": 404,
        "not allowed": 405, "forged form": 400, "file": 200, "no file": 404, "health": 200,
        "other site": 403, "too large": 413, "no role": 403, "stranger's fragment": 401, "delivery": 404,
        "report": 204, "options": 200, "head": 302,
    }  # fmt: skip
    return found


@pytest.mark.requirement("R46")
def test_the_policy_lets_nothing_in_but_our_own_files(all_answers: dict[str, TestResponse]) -> None:
    for answer in all_answers.values():
        policy = answer.headers["Content-Security-Policy"]
        given = dict(part.split(" ", 1) for part in policy.split("; "))
        assert {name: given.get(name) for name in DIRECTIVES} == DIRECTIVES
        assert not re.search(r"unsafe|\*|data:|blob:|https?:", policy)
        assert given["report-uri"] == "/csp-report"
        assert answer.headers["Reporting-Endpoints"] == f'{given["report-to"]}="/csp-report"'


@pytest.mark.requirement("R48")
def test_every_answer_is_shut_off_from_other_sites(all_answers: dict[str, TestResponse]) -> None:
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
    for answer in all_answers.values():
        assert {name: answer.headers.get(name) for name in wanted} == wanted
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "publickey-credentials-get=(self)" in answer.headers["Permissions-Policy"]
        assert "publickey-credentials-create=(self)" in answer.headers["Permissions-Policy"]
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.requirement("R47")
def test_htmx_runs_nothing_and_keeps_nothing(alice: Browser) -> None:
    page = alice.open("/demo/orders")
    config = json.loads(str(page.select_one("meta[name=htmx-config]")["content"]))  # type: ignore[index]
    shown = {rule["code"]: rule["swap"] for rule in config.pop("responseHandling")}
    assert shown == {"204": False, "[23]..": True, "[45]..": True}
    assert 0 < config.pop("timeout") <= 60_000
    assert config == {
        "allowEval": False, "includeIndicatorStyles": False, "allowScriptTags": False, "selfRequestsOnly": True,
        "historyCacheSize": 0, "historyRestoreAsHxRequest": False, "refreshOnHistoryMiss": True,
        "methodsThatUseUrlParams": ["get"],
    }  # fmt: skip


@pytest.mark.requirement("R41")
def test_nothing_but_a_file_may_be_kept(all_answers: dict[str, TestResponse]) -> None:
    for kind, answer in all_answers.items():
        kept = kind == "file"
        assert answer.headers["Cache-Control"] == ("public, max-age=31536000, immutable" if kept else "no-store")
        assert ("HX-Request" in answer.vary) is not kept
        assert ("Cookie" in answer.vary) is False or not kept


@pytest.mark.requirement("R61")
def test_every_answer_has_a_request_id_of_its_own(all_answers: dict[str, TestResponse]) -> None:
    ids = [answer.headers["X-Request-Id"] for answer in all_answers.values()]
    assert len(set(ids)) == len(ids)
    assert ids[list(all_answers).index("not found")] in all_answers["not found"].get_data(as_text=True)


@pytest.mark.requirement("R48")
def test_over_https_browsers_are_told_to_stay_there(alice: Browser) -> None:
    secure = alice.client.get("/sign-in", base_url="https://localhost")
    assert secure.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert "Strict-Transport-Security" not in alice.client.get("/sign-in").headers


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "[::1]", " "])
@pytest.mark.requirement("R50")
def test_an_unknown_host_is_refused_before_anything_else(app: Flask, host: str) -> None:
    answer = app.test_client().get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert "Content-Security-Policy" in answer.headers
    assert "Set-Cookie" not in answer.headers


def proxied(settings: Settings, hops: int) -> Flask:
    url, folder = settings.accounts[0].api_root, settings.anchor_file.parent
    return create_app(make_settings(url, settings.database_url, folder, proxy_hops=hops))


FORWARDED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Request-Id": "from-the-proxy-1",
}


@pytest.mark.requirement("R50")
def test_without_a_configured_proxy_its_headers_are_not_believed(settings: Settings) -> None:
    answer = proxied(settings, 0).test_client().get("/sign-in", headers=FORWARDED)
    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["X-Request-Id"] != "from-the-proxy-1"


def test_with_a_configured_proxy_they_are(settings: Settings) -> None:
    client = proxied(settings, 1).test_client()
    assert client.get("/sign-in", headers=FORWARDED).status_code == 400
    answer = client.get("/sign-in", headers={**FORWARDED, "X-Forwarded-Host": "localhost"})
    assert answer.headers["X-Request-Id"] == "from-the-proxy-1"
    assert "Strict-Transport-Security" in answer.headers


@pytest.mark.parametrize("given", ["short", "x" * 37, 'a"b{}<script>x', "with blank inside", "-leading-hyphen"])
def test_a_request_id_that_is_not_well_formed_is_replaced(settings: Settings, given: str) -> None:
    answer = proxied(settings, 1).test_client().get("/healthz", headers={"X-Request-Id": given})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])
