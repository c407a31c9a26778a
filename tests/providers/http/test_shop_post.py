"""One POST to a shop: to a pinned address, by the certificate of its name, within its deadline."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.providers.raw_server import Line, RawServer, always, answer, drip, stay_silent
from webapp.providers.http import shop_post as http

from .test_tls import identity


@pytest.mark.requirement("R55")
def test_the_connection_goes_to_the_pinned_address_whatever_the_name_says() -> None:
    with RawServer(always(answer(status=204))) as server:
        host = f"shop.invalid:{server.port}"
        told = http.post(f"http://{host}/hooks?a=b", ("127.0.0.1",), b"{}", {"X-One": "1"})
        (line,) = server.lines
    assert (told.code, told.error) == (204, None)
    assert (line.first_line, line.header("host"), line.body) == ("POST /hooks?a=b HTTP/1.1", host, b"{}")


def test_a_certificate_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with RawServer(always(answer()), tls=identity(tmp_path).context) as server:
        told = http.post(f"https://shop.invalid:{server.port}/", ("127.0.0.1",), b"{}", {})
    assert (told.code, told.error, server.lines) == (None, "SSLCertVerificationError", [])


def endless(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    for _ in range(1000):
        line.send(b"x" * 65536)


def test_neither_silence_nor_dripping_nor_an_endless_answer_holds_it() -> None:
    for behaviour, code in ((stay_silent, None), (drip(answer(status=200), 60), None), (endless, 200)):
        with RawServer(behaviour) as server:
            told = http.post(f"http://shop.invalid:{server.port}/", ("127.0.0.1",), b"{}", {}, deadline=0.4)
        assert told.code == code
        assert told.ms < 5000
