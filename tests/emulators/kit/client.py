"""A plain client of an emulator: real HTTP, nothing of the desk."""

from __future__ import annotations

import socket
import time
from typing import Any
from urllib.parse import urlsplit

import requests


class Client:
    """Asks one emulator, without credentials unless given; and its control prefix."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.trust_env = False

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", 20)
        options.setdefault("allow_redirects", False)
        return self.session.request(method, self.base_url + path, **options)

    def get(self, path: str, **parameters: Any) -> requests.Response:
        return self.request("GET", path, params=parameters)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.request("POST", path, json=body, **options)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Asks the control prefix and gives its answer, which must be a good one."""
        answer = self.request(method, f"/_sandbox{path}", json=body, auth=NO_AUTH)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def settled(self) -> list[dict[str, Any]]:
        """All deliveries, once none is pending."""
        for _ in range(1000):
            seen = self.control("GET", "/deliveries")
            if not seen["pending"]:
                deliveries: list[dict[str, Any]] = seen["deliveries"]
                return deliveries
            time.sleep(0.01)
        raise AssertionError("deliveries are still pending")

    def raw(self, data: bytes) -> bytes:
        """Sends bytes as they are and gives all that comes back until the server hangs up."""
        parts = urlsplit(self.base_url)
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while block := connection.recv(65536):
                received += block
        return received


class _NoAuth(requests.auth.AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


NO_AUTH = _NoAuth()
