"""The provider proves who it is, or gets nothing (R19)."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.providers.conftest import MakeClient
from tests.providers.raw_server import REFUND, RawServer, always, answer, drip, page
from webapp.money import Money
from webapp.providers.http.errors import AnswerLost, NotSent
from webapp.providers.postpay.client import encode_refund

BODY = encode_refund(refund_id="r-1", amount=Money(500, "AED"))


@dataclass
class Identity:
    """A self-signed certificate and a server's context that shows it."""

    certificate: Path
    context: ssl.SSLContext


def identity(folder: Path, *, address: str = "127.0.0.1", days: int = 1) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provider")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = folder / "key.pem"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, private)
    return Identity(path, context)


def test_a_certificate_of_our_bundle_is_trusted(make_client: MakeClient, tmp_path: Path, stack: ExitStack) -> None:
    known = identity(tmp_path)
    server = stack.enter_context(RawServer(always(answer(page())), tls=known.context))
    client = make_client(server.base_url, ca_bundle=str(known.certificate))
    client.list_orders()
    assert client.list_orders().count == 0
    assert server.connections == 1


@pytest.mark.requirement("R19")
def test_a_self_signed_certificate_is_refused(make_client: MakeClient, tmp_path: Path, stack: ExitStack) -> None:
    server = stack.enter_context(RawServer(always(answer(page())), tls=identity(tmp_path).context))
    with pytest.raises(NotSent):
        make_client(server.base_url).create_refund(order_id="order-01", body=BODY)
    assert server.lines == []


@pytest.mark.parametrize("fault", [{"address": "127.0.0.2"}, {"days": -1}], ids=["other address", "expired"])
def test_a_certificate_that_does_not_fit_is_refused(
    make_client: MakeClient, tmp_path: Path, stack: ExitStack, fault: dict[str, object]
) -> None:
    wrong = identity(tmp_path, **fault)  # type: ignore[arg-type]
    server = stack.enter_context(RawServer(always(answer(page())), tls=wrong.context))
    with pytest.raises(NotSent):
        make_client(server.base_url, ca_bundle=str(wrong.certificate)).create_refund(order_id="order-01", body=BODY)
    assert server.lines == []


def test_the_environment_adds_no_trust(
    make_client: MakeClient, tmp_path: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = identity(tmp_path)
    server = stack.enter_context(RawServer(always(answer(page())), tls=known.context))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(known.certificate))
    with pytest.raises(NotSent):
        make_client(server.base_url).create_refund(order_id="order-01", body=BODY)


def test_the_deadline_holds_over_tls(make_client: MakeClient, tmp_path: Path, stack: ExitStack) -> None:
    known = identity(tmp_path)
    server = stack.enter_context(RawServer(drip(answer(page()), seconds=8), tls=known.context))
    client = make_client(server.base_url, ca_bundle=str(known.certificate), deadline=0.5)
    with pytest.raises(AnswerLost):
        client.list_orders()


def test_a_handshake_that_takes_too_long_means_nothing_was_sent(
    make_client: MakeClient, tmp_path: Path, stack: ExitStack
) -> None:
    known = identity(tmp_path)

    class Slow:
        def wrap_socket(self, plain: socket.socket, *, server_side: bool) -> ssl.SSLSocket:
            threading.Event().wait(1)
            return known.context.wrap_socket(plain, server_side=server_side)

    server = stack.enter_context(RawServer(always(answer(REFUND)), tls=Slow()))  # type: ignore[arg-type]
    client = make_client(server.base_url, ca_bundle=str(known.certificate), connect_timeout=0.2)
    with pytest.raises(NotSent):
        client.create_refund(order_id="order-01", body=BODY)
    assert server.lines == []
