"""What templates say: amounts, moments, states. Registered as Jinja filters; all are cheap enough for table cells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta, get_timezone_name
from flask import Flask, current_app, g
from flask_babel import get_locale, get_translations, gettext, lazy_gettext
from markupsafe import Markup, escape

from webapp.core.provider_id import visible
from webapp.money import Money, exponent, is_known_currency

FIGURE_SPACE = "\u2007"
POINT_SPACE = "\u2008"
MOST_DECIMALS = 3

STATUS_LABELS = {
    "pending": (lazy_gettext("Pending"), "circle-dashed"),
    "approved": (lazy_gettext("Approved"), "clock"),
    "captured": (lazy_gettext("Captured"), "circle-check"),
    "denied": (lazy_gettext("Denied"), "circle-x"),
}


class AmountParts(NamedTuple):
    """An amount in pieces: `number` "1,234.50", `pad` that aligns it with three decimals, `currency` "AED"."""

    number: str
    pad: str
    currency: str


def amount_parts(money: Money) -> AmountParts:
    """Splits an amount for a table cell. An unknown currency shows its smallest unit, said so by the caller."""
    digits = exponent(money.currency) if is_known_currency(money.currency) else 0
    whole, rest = divmod(abs(money.minor), 10**digits)
    number = f"{whole:,}.{rest:0{digits}d}" if digits else f"{whole:,}"
    pad = FIGURE_SPACE * max(MOST_DECIMALS - digits, 0) + ("" if digits else POINT_SPACE)
    return AmountParts(f"\u2212{number}" if money.minor < 0 else number, pad, money.currency)


def money(value: Money) -> str:
    """In a sentence: "AED 120.50", kept on one line."""
    parts = amount_parts(value)
    if not is_known_currency(value.currency):
        return gettext("%(number)s of the smallest unit of %(code)s", number=parts.number, code=value.currency)
    return f"{parts.currency}\u00a0{parts.number}"


NOTHING = Markup('<span class="muted">\u2013</span>')


@lru_cache(maxsize=4096)
def amount_html(value: Money | None) -> Markup:
    """In a table cell, as in a sentence: small currency code, number, aligning pad; always left to right."""
    if value is None:
        return NOTHING
    number, pad, currency = amount_parts(value)
    return Markup(
        '<span class="amt"><span class="cur">{}</span>\u00a0{}<span class="pad" aria-hidden="true">{}</span></span>'
    ).format(currency, number, pad)


def zone() -> ZoneInfo:
    """The zone of the account that the page shows; the first account's on pages without one."""
    account = g.get("account") or next(iter(current_app.extensions["accounts"].values()))
    return ZoneInfo(account.time_zone)


def when(moment: datetime) -> str:
    """Short: "20 Nov, 15:56" in the account's zone, with the year when it is not this one."""
    return _when(moment, zone(), str(get_locale()), datetime.now(UTC).year)


def _when(moment: datetime, zone: ZoneInfo, locale: str, year: int) -> str:
    local = moment.astimezone(zone)
    return f"{_day(local.date(), locale, local.year == year)}, {local.hour:02}:{local.minute:02}"


def clock(moment: datetime) -> str:
    """Below a day's heading: "15:56" in the account's zone."""
    return f"{moment.astimezone(zone()):%H:%M}"


def when_long(moment: datetime) -> str:
    """In full: "20 November 2026, 15:56:04 Asia/Dubai"."""
    return _when_long(moment, zone(), str(get_locale()))


def _when_long(moment: datetime, zone: ZoneInfo, locale: str) -> str:
    local = moment.astimezone(zone)
    return f"{_long_day(local.date(), locale)}, {local:%H:%M:%S} {zone.key}"


def next_check_words(moment: datetime) -> str:
    """When something open is looked at again."""
    if moment <= datetime.now(UTC):
        return gettext("The next check is due now.")
    return gettext("The next check is at %(moment)s.", moment=when_long(moment))


def age(span: timedelta) -> str:
    """How long something has waited, in whole days, hours or minutes that are over: never rounded up."""
    if days := max(span // timedelta(days=1), 0):
        return format_timedelta(timedelta(days=days), "day", threshold=_NEVER, locale=get_locale())
    if hours := max(span // timedelta(hours=1), 0):
        return format_timedelta(timedelta(hours=hours), "hour", threshold=_NEVER, locale=get_locale())
    minutes = max(span // timedelta(minutes=1), 0)
    return format_timedelta(timedelta(minutes=minutes), "minute", threshold=_NEVER, locale=get_locale())


_NEVER = 10.0**9


def short_day(day: date) -> str:
    """ "20 Nov", with the year when it is not this one."""
    return _day(day, str(get_locale()), day.year == datetime.now(UTC).year)


def month_words(first: date) -> str:
    """ "Nov 2026", for any day of it."""
    return format_date(first, "MMM y", locale=get_locale())


def long_day(day: date) -> str:
    """ "Friday, 20 November 2026"."""
    return format_date(day, "EEEE, d MMMM y", locale=get_locale())


@lru_cache(maxsize=4096)
def _day(day: date, locale: str, this_year: bool) -> str:
    return format_date(day, "d MMM" if this_year else "d MMM y", locale=locale)


@lru_cache(maxsize=4096)
def _long_day(day: date, locale: str) -> str:
    return format_date(day, "d MMMM y", locale=locale)


def iso(moment: datetime) -> str:
    """For machines: "2026-11-20T11:56:04Z"."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def time_html(moment: datetime | None) -> Markup:
    """A <time> that reads short and tells the whole moment on hover."""
    return times_html()(moment)


def times_html() -> Callable[[datetime | None], Markup]:
    """The same for many rows: zone and language are looked up once."""
    where, locale, year = zone(), str(get_locale()), datetime.now(UTC).year
    return lambda moment: NOTHING if moment is None else _time_html(moment, where, locale, year)


@lru_cache(maxsize=4096)
def _time_html(moment: datetime, zone: ZoneInfo, locale: str, year: int) -> Markup:
    return Markup('<time datetime="{}" title="{}"><bdi>{}</bdi></time>').format(
        iso(moment), _when_long(moment, zone, locale), _when(moment, zone, locale, year)
    )


def status_label(code: str) -> str:
    """The word for an order's status; an unknown one as it came."""
    return str(STATUS_LABELS[code][0]) if code in STATUS_LABELS else code


def status_html(code: str) -> Markup:
    """Icon, word and colour of an order's status; an unknown status is plain text."""
    if code not in STATUS_LABELS:
        return Markup('<span class="st st-other">{}</span>').format(code)
    label, icon = STATUS_LABELS[code]
    return Markup('<span class="st st-{}">{}{}</span>').format(code, icon_html(icon), label)


def icon_html(name: str) -> Markup:
    """A picture of the own sprite, silent to screen readers."""
    return _icon_html(current_app.jinja_env.globals["static_url"]("vendor/icons-3.51.0.svg"), name)  # type: ignore[operator]


@lru_cache(maxsize=256)
def _icon_html(sprite: str, name: str) -> Markup:
    return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>').format(
        sprite, name
    )


def rate(hundredths: int) -> str:
    """Hundredths of a per cent as people write them: 450 is "4.5 %"."""
    whole, rest = divmod(hundredths, 100)
    digits = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    return f"{digits}\u00a0%"


def zone_name() -> str:
    """The account's zone in words: "Gulf Standard Time (Asia/Dubai)"."""
    name = get_timezone_name(zone(), width="long", locale=get_locale())
    return f"{name} ({zone().key})"


def _catalogue() -> Any:
    """The translations of the request, looked up once: a page says some hundred things."""
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue


def init_app(app: Flask) -> None:
    """Registers the filters and the few globals."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().ugettext(text),
        lambda one, many, number: _catalogue().ungettext(one, many, number),
        newstyle=True,
    )
    filters = (
        money, amount_parts, amount_html, when, clock, when_long, long_day, iso, time_html,
        status_label, status_html, rate, visible,
    )  # fmt: skip
    app.jinja_env.filters.update({function.__name__: function for function in filters})
    app.jinja_env.globals.update(icon_html=icon_html, zone_name=zone_name, escape=escape)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
