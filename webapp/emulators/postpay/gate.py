"""What stands before the work, in the order of the provider's framework: Accept, credentials, permission."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping

from webapp.emulators.kit.messages import READING, Refusal

VERSION = "v1"
MEDIA_TYPES = ("application/vnd.postpay+json", "application/json", "application/vnd.api+json")


def negotiate(accept: str) -> None:
    """406 unless the most specific acceptable media range names no other version than v1. No header accepts all."""
    ranges = sorted((_media_range(part) for part in accept.split(",") if part.strip()), key=_specificity)
    if not ranges:
        return
    for media_type, parameters in ranges:
        if any(_matches(media_type, known) for known in MEDIA_TYPES):
            if parameters.get("version", VERSION) != VERSION:
                raise Refusal("not_acceptable", message="Invalid version in the Accept header.")
            return
    raise Refusal("not_acceptable")


def _media_range(text: str) -> tuple[str, dict[str, str]]:
    media_type, *parameters = text.split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    return media_type.strip().lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


def _specificity(media_range: tuple[str, dict[str, str]]) -> int:
    media_type, parameters = media_range
    if media_type == "*/*":
        return 3
    if media_type.endswith("/*"):
        return 2
    return 0 if parameters.keys() - {"q"} else 1


def _matches(media_range: str, known: str) -> bool:
    return media_range in ("*/*", known) or (media_range.endswith("/*") and known.startswith(media_range[:-1]))


def authenticate(header: str, credentials: Mapping[str, str]) -> str:
    """The merchant id of HTTP Basic credentials; 401 for none, for malformed and for wrong ones alike."""
    scheme, _, encoded = header.partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        pair = ""
    merchant_id, _, secret = pair.partition(":")
    known = credentials.get(merchant_id, "")
    if scheme.lower() != "basic" or not known or not hmac.compare_digest(secret.encode(), known.encode()):
        raise Refusal("authentication_failed", headers={"WWW-Authenticate": 'Basic realm="api"'})
    return merchant_id


def permit(permission: str, method: str) -> None:
    if permission == "none" or (permission == "read" and method not in READING):
        raise Refusal("permission_denied")
