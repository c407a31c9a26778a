"""Static files: an address that changes with the contents, kept for ever, compressed; nothing outside of static/."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from base64 import b64encode
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import UndefinedError

from tests.browser import Browser
from webapp.web import static_files
from webapp.web.static_files import FOLDER, compress, digest, static_url


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_file_is_served_as_it_is(client: FlaskClient) -> None:
    answer = client.get(static_url("desk.css"))
    assert answer.data == (FOLDER / "desk.css").read_bytes()
    assert answer.content_type == 'text/css; charset="utf-8"'


@pytest.mark.parametrize(
    ("name", "kind"),
    [("desk.js", 'text/javascript; charset="utf-8"'), ("favicon.svg", "image/svg+xml")],
)
def test_browsers_are_told_what_it_is(client: FlaskClient, name: str, kind: str) -> None:
    assert client.get(static_url(name)).content_type == kind


@pytest.mark.requirement("R49")
def test_the_address_changes_with_any_contents_or_name(tmp_path: Path) -> None:
    def folder(name: str, **files: str) -> Path:
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_text(text, encoding="utf-8")
        return tmp_path / name

    folders = [folder("1", a="x", b="y"), folder("2", a="x", b="z"), folder("3", a="x", c="y"), folder("4", a="xby")]
    assert len({digest(one) for one in folders}) == 4
    assert digest(folder("5", a="x", b="y")) == digest(folders[0])


def test_an_address_of_before_an_update_gets_todays_file_not_to_be_kept(client: FlaskClient) -> None:
    answer = client.get("/static/0123456789abcdef/desk.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["../webapp/core/settings.py", "..%2fpyproject.toml", "%2e%2e/pyproject.toml", "vendor", "", "/etc/passwd"]
)
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/{digest()}/{path}").status_code == 404


def test_a_browser_that_has_it_gets_no_body(client: FlaskClient) -> None:
    first = client.get(static_url("desk.css"))
    again = client.get(static_url("desk.css"), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "immutable" in again.headers["Cache-Control"]


def test_a_part_can_be_asked_for(client: FlaskClient) -> None:
    answer = client.get(static_url("desk.css"), headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.data) == (206, (FOLDER / "desk.css").read_bytes()[:10])


def test_a_head_has_no_body(client: FlaskClient) -> None:
    answer = client.head(static_url("desk.css"))
    assert (answer.status_code, answer.data) == (200, b"")


def test_the_icon_that_browsers_ask_for_unasked_is_there(client: FlaskClient) -> None:
    assert client.get("/favicon.ico", follow_redirects=True).mimetype == "image/svg+xml"


@pytest.mark.requirement("R49")
def test_a_script_runs_only_as_it_was_written(alice: Browser) -> None:
    alice.open("/demo/orders")
    scripts = alice.page.select("script")
    assert len(scripts) > 2
    for script in scripts:
        contents = alice.client.get(str(script["src"])).data
        assert script["integrity"] == "sha384-" + b64encode(hashlib.sha384(contents).digest()).decode()


def test_a_file_that_does_not_exist_has_no_address(app: Flask) -> None:
    with pytest.raises(KeyError, match=r"nothing\.css"):
        static_url("nothing.css")
    with app.app_context(), pytest.raises((KeyError, UndefinedError)):
        app.jinja_env.from_string("{{ static_url('nothing.css') }}").render()


def test_compressed_variants_are_made_once_and_say_the_same(tmp_path: Path) -> None:
    built = compress(FOLDER, tmp_path)
    assert gzip.decompress((built / "desk.css.gz").read_bytes()) == (FOLDER / "desk.css").read_bytes()
    assert brotli.decompress((built / "desk.css.br").read_bytes()) == (FOLDER / "desk.css").read_bytes()
    before = (built / "desk.css.gz").stat().st_mtime_ns
    assert compress(FOLDER, tmp_path) == built
    assert (built / "desk.css.gz").stat().st_mtime_ns == before
    assert [path.name for path in built.parent.iterdir()] == [digest()]


def test_a_browser_that_can_gets_the_smallest_variant(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static_files, "VAR", tmp_path)
    compress(FOLDER, tmp_path)
    static_files._files.cache_clear()
    try:
        answers = {
            wanted: app.test_client().get(static_url("desk.css"), headers={"Accept-Encoding": wanted})
            for wanted in ("gzip, br", "gzip", "identity")
        }
    finally:
        static_files._files.cache_clear()
    shutil.rmtree(tmp_path / "static")
    assert [answer.headers.get("Content-Encoding") for answer in answers.values()] == ["br", "gzip", None]
    assert all("Accept-Encoding" in answer.vary for answer in answers.values())
    sizes = [len(answer.data) for answer in answers.values()]
    assert sizes == sorted(sizes)
    assert brotli.decompress(answers["gzip, br"].data) == answers["identity"].data
