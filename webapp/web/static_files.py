"""Static files under an address that changes with their contents, so that browsers may keep them for ever.

The digest covers all files, because the style sheet refers to its neighbours. An address with an old digest, from a
page that was opened before an update, gets today's file, not to be kept. The server compresses all files once, before
it starts, into a folder named by the digest, which can therefore never be stale.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from base64 import b64encode
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, redirect, request, session
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import wrap_file
from whitenoise import WhiteNoise
from whitenoise.compress import main as compress_folder

from webapp.access.permissions import public
from webapp.core.settings import ROOT, VAR

FOLDER = ROOT / "static"
YEAR = 365 * 24 * 3600


def digest(folder: Path = FOLDER) -> str:
    """One digest, 16 hex digits, over the names and contents of all files, as they were when it was first asked."""
    return _digest(folder)


@cache
def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        contents = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(folder).as_posix()}\0{contents}\n".encode())
    return total.hexdigest()[:16]


def compress(folder: Path = FOLDER, var: Path = VAR) -> Path:
    """Copies all files with their gzip and Brotli variants below var/; returns where. Safe in several processes."""
    built = var / "static" / digest(folder)
    if built.is_dir():
        return built
    built.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=built.parent) as draft:
        shutil.copytree(folder, f"{draft}/static")
        compress_folder(["--quiet", f"{draft}/static"])
        for copied in Path(draft).rglob("*"):  # with the modes of what it was copied from
            copied.chmod(0o700 if copied.is_dir() else 0o600)
        try:
            os.rename(f"{draft}/static", built)
        except OSError:
            if not built.is_dir():  # and not just finished by another process
                raise
    return built


@cache
def _files() -> WhiteNoise:
    built = VAR / "static" / digest()
    root = built if built.is_dir() else FOLDER
    return WhiteNoise(None, root=str(root), max_age=None, allow_all_origins=False)


def static_url(name: str) -> str:
    """The address of a file below static/. Raises KeyError for a file that does not exist."""
    if f"/{name}" not in _files().files:
        raise KeyError(f"static/{name} does not exist")
    return f"/static/{digest()}/{name}"


@cache
def integrity(name: str) -> str:
    """What a browser must find the file below static/ to be before it runs it (SRI). Raises OSError."""
    return f"sha384-{b64encode(hashlib.sha384((FOLDER / name).read_bytes()).digest()).decode()}"


@public
def serve(version: str, name: str) -> Response:
    """A file, or its compressed variant, or 304, or the range that was asked for."""
    found = _files().files.get(f"/{name}")
    if found is None:
        abort(404)
    answer = found.get_response(request.method, request.environ)
    body = wrap_file(request.environ, answer.file) if answer.file else b""
    response = Response(body, answer.status, answer.headers, direct_passthrough=bool(answer.file))
    if version == digest():
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


@public
def favicon() -> AnyResponse:
    """What browsers ask for unasked."""
    return redirect(static_url("favicon.svg"), 302)


def _forget_session(response: Response) -> Response:
    """Some extension looks at every request's session; a kept file must not vary by the cookie for that."""
    if response.cache_control.immutable:
        session.accessed = False
    return response


def init_app(app: Flask) -> None:
    """Serves static/ and gives templates `static_url(name)` and, for scripts, `integrity(name)`."""
    app.add_url_rule("/static/<string(length=16):version>/<path:name>", "static", serve, methods=["GET"])
    app.add_url_rule("/favicon.ico", "favicon", favicon, methods=["GET"])
    app.after_request_funcs.setdefault(None, []).insert(0, _forget_session)  # the first in the list runs last
    app.jinja_env.globals |= {"static_url": static_url, "integrity": integrity}
