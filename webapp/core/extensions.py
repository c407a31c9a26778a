"""The extensions, as bare objects; `create_app` binds them."""

from __future__ import annotations

from flask import Flask
from flask_alembic import Alembic
from flask_babel import Babel
from flask_htmx import HTMX
from flask_login import LoginManager
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect

from webapp.models.base import Base

alembic = Alembic(run_mkdir=False, command_name="database", metadatas=Base.metadata)
babel = Babel()
csrf = CSRFProtect()
db = SQLAlchemy(session_options={"expire_on_commit": False})
htmx = HTMX()
login_manager = LoginManager()


def init_app(app: Flask) -> None:
    """Binds all but the database, which has a file of its own."""
    for extension in (alembic, babel, csrf, htmx, login_manager):
        extension.init_app(app)
