"""The settings in the words of Flask and its extensions."""

from __future__ import annotations

from typing import Any

from .settings import ROOT, Settings


def flask_config(settings: Settings) -> dict[str, Any]:
    """The settings in the words of Flask and its extensions."""
    return {
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "DEBUG": settings.debug,
        "TRUSTED_HOSTS": list(settings.trusted_hosts) or None,
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "MAX_FORM_MEMORY_SIZE": 128 * 1024,
        "MAX_FORM_PARTS": 200,
        "SESSION_COOKIE_NAME": "__Host-desk" if settings.cookie_secure else "desk",
        "SESSION_COOKIE_SECURE": settings.cookie_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "webapp" / "translations"),
        "ALEMBIC": {"script_location": str(ROOT / "migrations"), "file_template": "%%(rev)s_%%(slug)s"},
    }
