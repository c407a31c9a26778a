"""An OpenID provider on this machine, and what a person does there; its tokens can be made wrong."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.jose import RSAKey
from flask import Response, g, request
from oidc_provider_mock import _app, _server

CLIENT, SECRET = "desk", "secret-of-the-desk-at-the-provider"


class OpenIDProvider:
    """Claims that stand in no scope, such as `groups` and `acr`, go into the token as they are, `iss` and `exp` too."""

    def __init__(self, port: int, seen: list[dict[str, Any]]) -> None:
        self.issuer = f"http://localhost:{port}"
        self.seen = seen
        self.storage: Any = None
        self.also_tells: dict[str, Any] = {}

    def change_key(self) -> None:
        """Signs with a new key, which its list of keys has from now on in the place of the old one."""
        self.storage.jwk = RSAKey.generate_key(is_private=True)

    def person(self, sub: str, **claims: Any) -> str:
        """Puts somebody there; with a verified e-mail address unless said otherwise."""
        given = {"email": f"{sub}@example.test", "email_verified": True, "name": sub.title(), **claims}
        requests.put(f"{self.issuer}/users/{sub}", json=given, timeout=10).raise_for_status()
        return sub

    def answer(self, address: str, sub: str) -> str:
        """The person signs in at the address that the desk has sent them to; where they are sent back to."""
        form = {"action": "deny"} if sub == "nobody" else {"sub": sub}
        came = requests.post(address, data=form, timeout=10, allow_redirects=False)
        assert came.status_code == 302, came.text
        parts = urlsplit(came.headers["Location"])
        state = "" if "state=" in parts.query else f"&state={query_of(address)['state']}"
        return f"{parts.path}?{parts.query}{state}"


@contextmanager
def running() -> Iterator[OpenIDProvider]:
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app, seen = _app.app(require_nonce=True), []

    @app.before_request
    def note() -> None:
        started.storage = g.oidc_provider_mock_storage
        seen.append({"path": request.path, "form": request.form.to_dict(), "query": request.args.to_dict()})

    @app.after_request
    def tell_oddly(response: Response) -> Response:
        if request.path == "/oauth2/token" and started.also_tells:
            response.set_data(json.dumps({**response.json, **started.also_tells}))
        return response

    with _server._threaded_server(app) as server:
        started = OpenIDProvider(server.server_port, seen)
        yield started


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
