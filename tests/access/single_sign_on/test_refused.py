"""What does not prove who somebody is: wrong, odd and forged tokens and answers let nobody in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from authlib.jose import OctKey
from flask import Flask
from oidc_provider_mock import _app

from webapp.access.single_sign_on import issuer

from .conftest import Person
from .provider import CLIENT, SECRET, OpenIDProvider, query_of
from .records import entries, user

ODD_GROUPS = (5, True, {"finance team": 1}, [["finance team"]], [None], "FINANCE TEAM")
Desk = Callable[..., Flask]


@pytest.mark.parametrize(
    ("claims", "cause"),
    [
        ({"iss": "https://evil.example"}, "the token is not good: iss"),
        ({"aud": "another"}, "the token is not good: azp"),
        ({"aud": "another", "azp": CLIENT}, "the token is not good: aud"),
        ({"aud": [CLIENT, "another"], "azp": CLIENT}, "the token is not good: aud"),
        ({"azp": "another"}, "the token is not good: azp"),
        ({"exp": 1}, "the token is not good: exp"),
        ({"nonce": "another"}, "the token is not good: nonce"),
        ({"nonce": None}, "the token is not good: nonce"),
        ({"iat": 9999999999}, "the token is not good: iat"),
        ({"nbf": 9999999999}, "the token is not good: nbf"),
        ({"email_verified": False}, "no verified e-mail address"),
        ({"email_verified": "true"}, "no verified e-mail address"),
        ({"email": ""}, "no verified e-mail address"),
        ({"groups": []}, "nobody with this e-mail address, and no role for somebody new"),
        ({"email": "no@mail@at.all"}, "not a name and an e-mail address"),
        ({"email": {"a": 1}}, "not a name and an e-mail address"),
        *(({"groups": odd}, "nobody with this e-mail address") for odd in ODD_GROUPS),
        ({"amr": 5}, "the token is not good"),
        ({"exp": "soon"}, "the token is not good"),
        ({"aud": {CLIENT: 1}}, "the token is not good"),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_lets_nobody_in(
    person: Person, provider: OpenIDProvider, claims: dict, cause: str
) -> None:
    provider.person("mallory", **{"groups": ["finance team"], **claims})
    person.sign_in("mallory")
    assert not person.is_in()
    person.browser.open("/sign-in")
    told = entries(person.browser.app, "auth.login.failed")
    assert len(told) == 1
    assert cause in told[0]
    assert user(person.browser.app, "mallory@example.test") is None


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_a_signature_of_the_provider_is_none(
    person: Person, provider: OpenIDProvider, algorithm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.person("mallory", groups=["desk admins"])
    address = person.begin()
    monkeypatch.setattr(_app, "_JWS_ALG", algorithm)
    if algorithm == "HS256":
        monkeypatch.setattr(provider.storage, "jwk", OctKey.import_key(SECRET))
    person.browser.open(provider.answer(address, "mallory"))
    assert not person.is_in()
    assert "the token is not good" in entries(person.browser.app, "auth.login.failed")[0]


def test_a_new_key_of_the_provider_is_looked_up_but_not_at_every_token(
    person: Person, provider: OpenIDProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.person("kai", groups=["demo agents"])
    assert person.sign_in("kai").status_code == 303
    provider.change_key()
    asked = sum(one["path"] == "/jwks" for one in provider.seen)
    person.sign_in("kai")
    assert sum(one["path"] == "/jwks" for one in provider.seen) == asked
    monkeypatch.setattr(issuer, "KEYS_ASKED_EVERY", 0)
    assert person.sign_in("kai").headers["Location"] == "/"
    assert sum(one["path"] == "/jwks" for one in provider.seen) == asked + 1


@pytest.mark.parametrize(
    "query",
    [
        *("state=%C3%A9", "state=", "", "state={}", "state={}&code=%00%0d%0a%C3%A9", "state={}&code=" + "x" * 20_000),
        *("state={}&error=%3Cscript%3E", "state={}&code=x&iss=https://evil.example"),
    ],
)
def test_an_odd_answer_is_no_mistake_of_the_desk(person: Person, query: str) -> None:
    state = query_of(person.begin())["state"]
    came = person.browser.client.get(f"/sign-in/oidc/answer?{query.format(state)}")
    assert (came.status_code, came.headers["Location"]) == (302, "/sign-in")
    assert "<script" not in person.browser.open("/sign-in").select_one("main").decode()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "told", [{"expires_in": "soon"}, {"id_token": None}, {"id_token": [1]}, {"access_token": {}}, {"token_type": 5}]
)
def test_an_odd_answer_about_a_token_is_none_either(person: Person, provider: OpenIDProvider, told: dict) -> None:
    provider.person("odd", groups=["demo agents"])
    provider.also_tells = told
    try:
        came = person.sign_in("odd")
    finally:
        provider.also_tells = {}
    assert came.status_code in (302, 303)
    assert person.is_in() is (told.keys() <= {"access_token", "token_type"})


def test_who_says_no_at_the_provider_is_not_signed_in(person: Person) -> None:
    person.browser.open(person.provider.answer(person.begin(), "nobody"))
    assert "Single sign-on did not sign you in here" in person.browser.words
    assert "refused by the provider" in entries(person.browser.app, "auth.login.failed")[0]


def test_how_somebody_proved_it_can_be_asked_for(desk: Desk, provider: OpenIDProvider) -> None:
    app = desk(oidc_acr=("phr", "mfa"), oidc_amr=("otp",))
    person = Person(app, provider)
    assert query_of(person.begin())["acr_values"] == "phr mfa"
    for claims, is_in in (
        ({}, False), ({"acr": "pwd", "amr": ["otp"]}, False), ({"acr": "mfa"}, False),
        ({"acr": "mfa", "amr": ["pwd"]}, False), ({"acr": "mfa", "amr": ["pwd", "otp"]}, True),
    ):  # fmt: skip
        provider.person("otto", groups=["demo agents"], **claims)
        person.sign_in("otto")
        assert person.is_in() is is_in, claims
