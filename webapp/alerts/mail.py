"""E-mail: one message to all recipients, over a connection that is protected unless an operator says no."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from socket import SHUT_RDWR
from threading import Timer

from webapp.core.settings import Settings

UNFOLDED = SMTP.clone(max_line_length=998)
"""As long as a line may be: folded, a subject of some words begins with a blank."""
STEP = 5.0
DEADLINE = 20.0
"""Seconds: for an answer to one command, and in all."""


def send_mail(
    settings: Settings, subject: str, text: str, *, to: Sequence[str] = (), deadline: float = DEADLINE
) -> str | None:
    """Sends it once, to whoever gets alerts unless it is for somebody else.

    Returns what went wrong in a word, never the server's text; None when the server has taken it.
    """
    client = _client(settings)
    try:
        with _cut_after(deadline, client):
            _connect(client, settings)
            refused = client.send_message(_message(settings, subject, text, to or settings.alert_mail_to))
            with suppress(OSError, smtplib.SMTPException):  # it is sent, however they part
                client.quit()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return _word(error)
    finally:
        client.close()
    return "some_refused" if refused else None


def _client(settings: Settings) -> smtplib.SMTP:
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(timeout=STEP, context=ssl.create_default_context())
    return smtplib.SMTP(timeout=STEP)


def _connect(client: smtplib.SMTP, settings: Settings) -> None:
    client._host = settings.smtp_host  # type: ignore[attr-defined] # whose name the certificate must be made for
    code, _ = client.connect(settings.smtp_host, settings.smtp_port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, "")
    if settings.smtp_security == "starttls":
        client.starttls(context=ssl.create_default_context())
    if settings.smtp_user:
        client.login(settings.smtp_user, settings.smtp_password.get_secret_value())


class _cut_after:
    """Ends a connection that is not done in time: a server that answers byte by byte would take for ever."""

    def __init__(self, seconds: float, client: smtplib.SMTP) -> None:
        self.client = client
        self.timer = Timer(seconds, self._cut)
        self.timer.daemon = True

    def _cut(self) -> None:
        with suppress(OSError, AttributeError):
            self.client.sock.shutdown(SHUT_RDWR)  # type: ignore[union-attr]

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *_error: object) -> None:
        self.timer.cancel()


def _message(settings: Settings, subject: str, text: str, to: Sequence[str]) -> EmailMessage:
    message = EmailMessage(policy=UNFOLDED)
    message["Subject"] = subject
    message["From"] = settings.alert_mail_from
    message["To"] = ", ".join(to)
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=settings.alert_mail_from.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _word(error: Exception) -> str:
    """The kind of failure; an answer of the server keeps its code, for people to look up."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}"[:40] if code else type(error).__name__[:40]
