"""Settings of single sign-on: whole or not at all, safe, and with roles that there are."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from typing import get_args

import pytest

from webapp.access.permissions import Role
from webapp.core import settings_checks
from webapp.core.environment import load_settings
from webapp.core.settings import ROOT, Settings

from .test_settings import LIVE, problems, var

__all__ = ["var"]

OIDC = {
    "OIDC_ISSUER": "https://sso.shop.example",
    "OIDC_CLIENT_ID": "desk",
    "OIDC_CLIENT_SECRET": "of-the-desk-at-the-provider",
    "OIDC_ROLES": '{"finance": {"*": "finance"}, "shop": {"shop": "agent"}}',
}


def test_it_is_on_with_all_of_it() -> None:
    settings = load_settings({**LIVE, **OIDC, "OIDC_ACR": "phr, phrh", "PASSWORD_SIGN_IN": "false"})
    assert settings.oidc_roles == {"finance": {"*": "finance"}, "shop": {"shop": "agent"}}
    assert (settings.oidc_acr, settings.password_sign_in) == (("phr", "phrh"), False)
    assert OIDC["OIDC_CLIENT_SECRET"] not in repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER", "http://sso.shop.example"),
        ("OIDC_ISSUER", "http://127.0.0.1:9000"),
        ("OIDC_ISSUER", "https://sso.shop.example/?tenant=1"),
        ("OIDC_CLIENT_ID", None),
        ("OIDC_CLIENT_SECRET", None),
        ("OIDC_SCOPES", "email profile"),
        ("OIDC_ROLES", '{"finance": {"elsewhere": "finance"}}'),
        ("OIDC_ROLES", '{"finance": "finance"}'),
        ("OIDC_ROLES", '{"finance": {"*": "owner"}}'),
        ("OIDC_ROLES", "no-json-4711"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str | None) -> None:
    [said] = problems(**{**OIDC, name: value})
    assert said.startswith(name)
    assert not value or value not in said


def test_passwords_are_not_off_where_nothing_else_lets_anybody_in() -> None:
    assert problems(PASSWORD_SIGN_IN="false") == ["PASSWORD_SIGN_IN: cannot be off without OIDC_ISSUER"]


def test_without_its_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_checks, "find_spec", lambda name: None if name == "authlib" else find_spec(name))
    [said] = problems(**OIDC)
    assert said.startswith("OIDC_ISSUER: install the extra first")


def test_without_its_library_the_desk_starts_as_ever() -> None:
    hidden = "import sys; sys.modules.update(authlib=None, joserfc=None); "
    started = "import webapp.web.auth.views, webapp.ops.cli.single_sign_on; print('started')"
    done = subprocess.run(
        [sys.executable, "-c", hidden + started], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "started\n", done.stderr


def test_the_roles_of_the_setting_are_those_of_the_desk() -> None:
    roles = get_args(get_args(get_args(Settings.model_fields["oidc_roles"].annotation)[1])[1])
    assert set(roles) == {role.value for role in Role}
