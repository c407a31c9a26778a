"""What every answer tells the browser to refuse, pages, fragments, files and errors alike."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import SecurityError

from webapp.core.settings import Settings

REPORTS = "/csp-report"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        f"report-uri {REPORTS}",
        "report-to csp",
    )
)

_NEEDED = ("publickey-credentials-create", "publickey-credentials-get")
"""For passkeys."""
_REFUSED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "screen-wake-lock",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join([*(f"{one}=()" for one in _REFUSED), *(f"{one}=(self)" for one in _NEEDED)])

# `same-origin` and not `no-referrer`: the check of a form's origin needs the referrer over https.
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Reporting-Endpoints": f'csp="{REPORTS}"',
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
STRICT_TRANSPORT = ("Strict-Transport-Security", f"max-age={2 * 365 * 24 * 3600}; includeSubDomains")
OF_NO_PAGE = {
    **ALWAYS,
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Content-Type": "text/plain; charset=utf-8",
    **dict([STRICT_TRANSPORT]),
}
"""Of answers that the connection gives by itself, to what is no request. Whether the browser came over https is not
known then; one that did not passes over Strict-Transport-Security.
"""
FRAGMENT_HEADERS = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")


def _add(response: Response) -> Response:
    response.headers.update(ALWAYS)
    if request.is_secure:
        response.headers.set(*STRICT_TRANSPORT)
    if not response.cache_control.immutable:
        response.headers["Cache-Control"] = "no-store"
        response.vary.update(FRAGMENT_HEADERS)
    return response


def _unknown_host(_error: SecurityError) -> Response:
    """No page: without a host there are no addresses to put on one."""
    return Response("This is not a host of the desk.\n", 400, content_type="text/plain; charset=utf-8")


def _refuse_unknown_host() -> None:
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception


def init_app(app: Flask, settings: Settings) -> None:
    """Adds the headers to every answer, and refuses a Host that is not in TRUSTED_HOSTS before anything else."""
    # After the request's id is known, and before anybody is looked up.
    app.before_request_funcs.setdefault(None, []).insert(1, _refuse_unknown_host)
    app.register_error_handler(SecurityError, _unknown_host)
    app.after_request(_add)
