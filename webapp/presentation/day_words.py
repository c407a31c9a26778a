"""Days, presets and ranges of days in words."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext, lazy_gettext

from webapp.calendar import Preset

from .formatting import short_day

PRESET_WORDS = {
    Preset.TODAY: lazy_gettext("Today"),
    Preset.YESTERDAY: lazy_gettext("Yesterday"),
    Preset.LAST_7_DAYS: lazy_gettext("Last 7 days"),
    Preset.LAST_30_DAYS: lazy_gettext("Last 30 days"),
    Preset.THIS_MONTH: lazy_gettext("This month"),
    Preset.LAST_MONTH: lazy_gettext("Last month"),
}


def days_words(first: date | None, last: date | None) -> str | None:
    """A range of days for a chip: "1 Nov – 20 Nov". None without any."""
    if first and last:
        return f"{short_day(first)} – {short_day(last)}" if first != last else short_day(first)
    if first:
        return gettext("since %(day)s", day=short_day(first))
    return gettext("up to %(day)s", day=short_day(last)) if last else None
