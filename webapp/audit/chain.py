"""How one entry becomes bytes, and how its hash covers the entry before: pure functions, no database.

`hash = HMAC-SHA256(key, prev_hash || canonical)`, the key kept outside of the database. Canonical: UTF-8 JSON of every
column but `hash`, keys sorted, no blanks, only whole numbers, text and null, text exactly as stored (no normalisation).
The moment and the facts are stored as text, so both database engines hash the same bytes. Entries of format 1 were
written before there was an epoch: theirs is NULL, and not covered.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.core.settings import Settings
from webapp.models.audit_entry import AuditEntry

SCHEMA = 2
FORMATS = (1, SCHEMA)
FIRST_EPOCH = 1
NO_HASH = "0" * 64
COVERED = tuple(sorted(column.name for column in AuditEntry.__table__.columns if column.name != "hash"))


class NotCanonical(ValueError):
    """A value that no entry can hold: damage, or a column of another type."""


@dataclass(frozen=True)
class Keys:
    """The current key by its id, and those it replaced."""

    current: str
    by_id: Mapping[str, bytes]

    @classmethod
    def of(cls, settings: Settings) -> Keys:
        """From AUDIT_KEY, AUDIT_KEY_ID and AUDIT_OLD_KEYS ("id:key,id:key"). Raises ValueError, without the value."""
        by_id = {}
        for pair in filter(None, settings.audit_old_keys.get_secret_value().split(",")):
            key_id, colon, key = pair.strip().partition(":")
            if not (key_id and colon and key):
                raise ValueError("AUDIT_OLD_KEYS: is not of the form id:key,id:key")
            by_id[key_id] = key.encode()
        by_id[settings.audit_key_id] = settings.audit_key.get_secret_value().encode()
        return cls(settings.audit_key_id, by_id)


def canonical(entry: Mapping[str, object]) -> bytes:
    """The bytes that the hash covers. Raises NotCanonical for anything but whole numbers, text and null."""
    values = {name: entry[name] for name in COVERED}
    if entry["schema"] == 1 and entry["epoch"] is None:
        del values["epoch"]
    for name, value in values.items():
        if value is not None and type(value) is not str and type(value) is not int:
            raise NotCanonical(name)
    try:
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical from error


def hash_of(key: bytes, entry: Mapping[str, object]) -> str:
    """The hash that belongs to an entry, 64 lower-case hexadecimal digits. Raises NotCanonical."""
    return hmac.digest(key, str(entry["prev_hash"]).encode() + canonical(entry), "sha256").hex()


def is_ours(keys: Keys, entry: Mapping[str, Any]) -> bool:
    """Whether an entry, by itself, is as the desk wrote it."""
    key = keys.by_id.get(entry["key_id"])
    try:
        return key is not None and hash_of(key, entry) == entry["hash"]
    except NotCanonical:
        return False


def epoch_of(entry: Mapping[str, Any]) -> int:
    """How often the log had been put back from a copy, and once more: the first epoch is 1."""
    epoch = entry["epoch"]
    return epoch if type(epoch) is int else FIRST_EPOCH


def stored(moment: datetime) -> str:
    """A UTC moment as the log stores it, to the microsecond; such texts sort as the moments do."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
