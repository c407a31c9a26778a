"""A real mail server for the tests: it keeps what it gets, and refuses what it is told to refuse."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

USER, PASSWORD = "desk", "the-password-of-the-relay"


class Mailbox:
    """What arrived. `answer` is what each message is answered; `refused` are recipients that nobody knows."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.to: list[list[str]] = []
        self.answer = "250 OK"
        self.refused: set[str] = set()
        self.port = 0

    async def handle_RCPT(self, _server: Any, _session: Session, envelope: Envelope, address: str, _opt: Any) -> str:
        if address in self.refused:
            return "550 5.1.1 no such user " + address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.got.append(message_from_bytes(envelope.content or b"", policy=default))
            self.to.append(list(envelope.rcpt_tos))
        return self.answer

    def text(self, number: int = -1) -> str:
        """The body of a message."""
        return str(self.got[number].get_content())  # type: ignore[attr-defined]

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.got]


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, told: Any) -> AuthResult:
    return AuthResult(success=(told.login, told.password) == (USER.encode(), PASSWORD.encode()), handled=False)


@contextmanager
def mailbox(*, tls: ssl.SSLContext | None = None, with_password: bool = False, port: int = 0) -> Iterator[Mailbox]:
    """Serves until the block ends; with `tls`, by STARTTLS."""
    box = Mailbox()
    more: dict[str, Any] = {"tls_context": tls, "require_starttls": tls is not None}
    if with_password:
        more |= {"auth_required": True, "auth_require_tls": tls is not None, "authenticator": _authenticate}
    controller = _OnAnyPort(box, hostname="127.0.0.1", port=port, **more)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


class _OnAnyPort(Controller):
    """Looks whether it works at the port that it was given, not at the one that was asked for."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
