"""What a page of 20 orders costs at least: the limit (a bare proxy page), and the floor (the same for somebody known).

Served by gunicorn like the desk; the provider's address, its credentials and the database come from BENCH_ variables.
"""

from __future__ import annotations

import os
from pathlib import Path

import requests
from flask import Flask, abort, g, render_template, session
from flask_wtf import CSRFProtect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from webapp.models.user import User

ORDERS = "/orders?ordering=-created&page_size=20"


def limit() -> Flask:
    """Asks the provider on a kept session and draws what came."""
    app = Flask(__name__, template_folder=str(Path(__file__).parent))
    http = _provider()
    root = os.environ["BENCH_PROVIDER"]

    @app.get("/orders")
    def list_orders() -> str:
        answer = http.get(root + ORDERS, timeout=10).json()
        return render_template("plain_list.html", orders=answer["results"], count=answer["count"])

    return app


def floor() -> Flask:
    """The same with a session, a user read through SQLAlchemy at each request, and a CSRF token in the page."""
    app = limit()
    app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
    CSRFProtect(app)
    engine = create_engine(os.environ["DATABASE_URL"])
    sessions = sessionmaker(engine)

    @app.before_request
    def know_the_user() -> None:
        g.db = sessions()
        user_id = session.get("user_id")
        g.user = g.db.get(User, user_id) if user_id else None
        if g.user is None:
            abort(401)

    @app.teardown_request
    def let_go(_error: BaseException | None) -> None:
        held: Session | None = g.pop("db", None)
        if held is not None:
            held.close()

    return app


def cookie_of(app: Flask, user_id: int) -> str:
    """The session cookie of somebody signed in at the floor."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"session={serializer.dumps({'user_id': user_id})}"


def _provider() -> requests.Session:
    http = requests.Session()
    http.trust_env = False
    http.auth = (os.environ["BENCH_MERCHANT"], os.environ["BENCH_SECRET"])
    http.headers["Accept"] = "application/json"
    http.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=64))
    return http
