"""Start and stop of the desk's parts, on record: with which settings, and with an anchor of the audit log."""

from __future__ import annotations

import hashlib

from flask import current_app

from webapp import audit
from webapp.core.database import writing
from webapp.core.settings import Settings
from webapp.version import __version__


def record_start(part: str) -> None:
    """Writes down that `web` or `worker` starts, and a fingerprint by which a change of settings can be seen."""
    settings: Settings = current_app.extensions["settings"]
    slugs = ",".join(account.slug for account in settings.accounts)
    with writing():
        audit.record(
            audit.Action.DESK_STARTED,
            after={
                "part": part,
                "version": __version__,
                "workers": settings.web_workers if part == "web" else 1,
                "threads": settings.web_threads if part == "web" else 1,
            },
        )
        audit.record(
            audit.Action.SETTINGS_LOADED,
            after={"part": part, "fingerprint": fingerprint(settings), "accounts": slugs},
        )
    audit.anchor(f"{part} started")


def record_stop(part: str) -> None:
    """Writes down that it stops."""
    with writing():
        audit.record(audit.Action.DESK_STOPPED, after={"part": part, "version": __version__})
    audit.anchor(f"{part} stopped")


def fingerprint(settings: Settings) -> str:
    """Differs when a setting differs. Secrets do not count: not even a digest of one leaves the process."""
    return hashlib.sha256(settings.model_dump_json().encode()).hexdigest()[:16]
