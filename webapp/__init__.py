"""Postpay Desk: the payments back office for a merchant's staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from webapp.core.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Builds the desk; without settings, from the environment. Ends the process when those are bad."""
    from flask import Flask

    from webapp import web
    from webapp.access import permissions
    from webapp.core import database, extensions, logs, metrics
    from webapp.core.environment import settings_or_exit
    from webapp.core.flask_config import flask_config
    from webapp.core.settings import ROOT
    from webapp.ops import cli, schema
    from webapp.presentation import formatting, hook_words, intent_words, unreadable_words
    from webapp.web import errors, guard, headers, list_place, nav_counts, routing, shell, shown_address, static_files

    settings = settings or settings_or_exit()
    app = Flask("webapp", root_path=str(ROOT), template_folder="templates", static_folder=None)
    app.config.from_mapping(flask_config(settings))
    app.extensions["settings"] = settings
    logs.init_app(app, settings)
    metrics.init_app(app)
    routing.init_app(app, settings)
    database.init_app(app, settings)
    extensions.init_app(app)
    formatting.init_app(app)
    intent_words.init_app(app)
    hook_words.init_app(app)
    unreadable_words.init_app(app)
    guard.init_app(app)
    web.init_app(app)
    shell.init_app(app)
    shown_address.init_app(app)
    nav_counts.init_app(app)
    list_place.init_app(app)
    errors.init_app(app)
    headers.init_app(app, settings)
    static_files.init_app(app)
    cli.init_app(app)
    app.extensions["schema_is_current"] = schema.is_current
    permissions.check_every_endpoint(app)
    return app
