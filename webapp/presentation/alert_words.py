"""What alerts say, in messages and on their page: what goes wrong, how much, since when; nothing about any person."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext, ngettext
from flask_babel.speaklater import LazyString

from webapp.core.accounts import Account
from webapp.core.settings import Settings
from webapp.models.alert import AlertChannel, AlertKind, AlertMessage, AlertMessageState, AlertNews

from .formatting import when_long

TITLES: dict[AlertKind, LazyString] = {
    AlertKind.CREDENTIALS: lazy_gettext("Postpay does not accept the desk's key"),
    AlertKind.PROVIDER: lazy_gettext("Postpay fails or does not answer"),
    AlertKind.REFUSED: lazy_gettext("Deliveries are being refused"),
    AlertKind.FORWARDS: lazy_gettext("The shop does not take deliveries"),
    AlertKind.SILENCE: lazy_gettext("Orders change, but no delivery comes"),
}
WATCHED: dict[AlertKind, LazyString] = {
    AlertKind.CREDENTIALS: lazy_gettext("Calls that Postpay answered with 401, in 15 minutes"),
    AlertKind.PROVIDER: lazy_gettext("Calls that failed at Postpay (5xx) or got no answer, in 15 minutes"),
    AlertKind.REFUSED: lazy_gettext("Deliveries that the desk refused, in 15 minutes"),
    AlertKind.FORWARDS: lazy_gettext("Deliveries that the shop has not taken, while it did not take the last one"),
    AlertKind.SILENCE: lazy_gettext("Captures and refunds without a delivery after ten minutes, and none since"),
}
CHANNELS: dict[AlertChannel, LazyString] = {
    AlertChannel.MAIL: lazy_gettext("E-mail"),
    AlertChannel.WEBHOOK: lazy_gettext("Webhook"),
}
STATES: dict[AlertMessageState, tuple[LazyString, str]] = {
    AlertMessageState.WAITING: (lazy_gettext("On its way"), "wait"),
    AlertMessageState.SENT: (lazy_gettext("Sent"), "ok"),
    AlertMessageState.FAILED: (lazy_gettext("Given up"), "bad"),
}
_TO_DO: dict[AlertKind, LazyString] = {
    AlertKind.CREDENTIALS: lazy_gettext(
        "Until that is mended, nothing can be read, captured or refunded. Whoever runs the desk checks the account's "
        "secret key and starts the desk again."
    ),
    AlertKind.PROVIDER: lazy_gettext("What was sent is not lost: the desk finds out what became of it."),
    AlertKind.REFUSED: lazy_gettext(
        "Postpay does not send them again. The page about the connection counts them by cause."
    ),
    AlertKind.FORWARDS: lazy_gettext("The desk goes on trying, each for two days."),
    AlertKind.SILENCE: lazy_gettext(
        "Check at Postpay whether the webhook is active, and whether its address can be reached from outside."
    ),
}
_WELL: dict[AlertKind, LazyString] = {
    AlertKind.CREDENTIALS: lazy_gettext("Postpay accepts the desk's key again."),
    AlertKind.PROVIDER: lazy_gettext("Postpay answers again."),
    AlertKind.REFUSED: lazy_gettext("In the last 15 minutes fewer were refused than are told."),
    AlertKind.FORWARDS: lazy_gettext("The shop has taken a delivery."),
    AlertKind.SILENCE: lazy_gettext("A delivery has come."),
}
_ERRORS: dict[str, LazyString] = {
    "not_set_up": lazy_gettext("This way is not set up any more"),
    "some_refused": lazy_gettext("The mail server refused some of the recipients"),
    "SMTPRecipientsRefused": lazy_gettext("The mail server refused all recipients"),
    "SMTPSenderRefused": lazy_gettext("The mail server refused the sender"),
    "SMTPAuthenticationError": lazy_gettext("The mail server refused the user name or password"),
    "SMTPNotSupportedError": lazy_gettext("The mail server does not offer what the settings ask for"),
    "SMTPServerDisconnected": lazy_gettext("The mail server ended the connection, or was too slow"),
    "gaierror": lazy_gettext("The mail server's name was not found"),
    "ConnectionRefusedError": lazy_gettext("The connection was refused"),
    "TimeoutError": lazy_gettext("There was no answer in time"),
    "SSLCertVerificationError": lazy_gettext("The server's certificate is not valid"),
    "own": lazy_gettext("The address is the desk's own"),
    "not_found": lazy_gettext("The name in the address was not found"),
    "leads_inside": lazy_gettext("The name in the address leads into a private network"),
}


def message_subject(account: Account, message: AlertMessage) -> str:
    """Which desk and account it is about, and what."""
    if message.news == AlertNews.TEST or message.kind is None:
        what = gettext("Test alert")
    elif message.news == AlertNews.OVER:
        what = gettext("Over: %(what)s", what=TITLES[AlertKind(message.kind)])
    else:
        what = str(TITLES[AlertKind(message.kind)])
    return f"Postpay Desk, {account.title} ({account.environment.value}): {what}"


def message_text(account: Account, message: AlertMessage, settings: Settings) -> str:
    """The whole message, line by line."""
    sentences = _sentences(message)
    if not settings.all_embedded:
        name = next(iter(settings.trusted_hosts))
        sentences.append(f"https://{name}/{account.slug}/alerts")
    return "\n".join(sentences) + "\n"


def _sentences(message: AlertMessage) -> list[str]:
    if message.news == AlertNews.TEST or message.kind is None:
        return [gettext("Somebody asked for this test. Alerts of this account arrive here.")]
    kind = AlertKind(message.kind)
    since = when_long(message.since or message.created)
    if message.news == AlertNews.OVER:
        until = when_long(message.created)
        return [str(_WELL[kind]), gettext("It went on from %(since)s to %(until)s.", since=since, until=until)]
    told = [_counted(kind, message.count), str(_TO_DO[kind])]
    if message.news == AlertNews.GOES_ON:
        told.append(gettext("It has gone on since %(since)s.", since=since))
    else:
        told.append(gettext("It was noticed at %(since)s.", since=since))
    return told


def _counted(kind: AlertKind, figure: int) -> str:
    """How much goes wrong, as a sentence."""
    match kind:
        case AlertKind.CREDENTIALS:
            return ngettext(
                "In the last 15 minutes, %(count)s call was answered with 401: the key is not accepted.",
                "In the last 15 minutes, %(count)s calls were answered with 401: the key is not accepted.",
                figure,
                count=f"{figure:,}",
            )
        case AlertKind.PROVIDER:
            return ngettext(
                "In the last 15 minutes, %(count)s call failed at Postpay or got no answer.",
                "In the last 15 minutes, %(count)s calls failed at Postpay or got no answer.",
                figure,
                count=f"{figure:,}",
            )
        case AlertKind.REFUSED:
            return ngettext(
                "In the last 15 minutes, the desk refused %(count)s delivery.",
                "In the last 15 minutes, the desk refused %(count)s deliveries.",
                figure,
                count=f"{figure:,}",
            )
        case AlertKind.FORWARDS:
            return ngettext(
                "The shop has not taken %(count)s delivery that the desk forwarded.",
                "The shop has not taken %(count)s deliveries that the desk forwarded.",
                figure,
                count=f"{figure:,}",
            )
        case AlertKind.SILENCE:
            return ngettext(
                "%(count)s capture or refund was made, and within ten minutes no delivery told of it.",
                "%(count)s captures and refunds were made, and within ten minutes no delivery told of them.",
                figure,
                count=f"{figure:,}",
            )


def news_words(message: AlertMessage) -> str:
    """A message in a few words, for a list."""
    if message.news == AlertNews.TEST or message.kind is None:
        return gettext("Test alert")
    title = str(TITLES[AlertKind(message.kind)])
    if message.news == AlertNews.OVER:
        return gettext("Over: %(what)s", what=title)
    return gettext("Still: %(what)s", what=title) if message.news == AlertNews.GOES_ON else title


def error_words(error: str) -> str:
    """Why a message did not go out; with the code, where the other side gave one."""
    kind, _, code = error.partition(" ")
    if kind == "status":
        return gettext("The webhook answered %(code)s", code=code)
    words = str(_ERRORS.get(kind, gettext("It could not be sent (%(kind)s)", kind=kind)))
    return f"{words} ({code})" if code else words
