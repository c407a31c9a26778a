"""What is written down, and which facts each kind of entry may carry: an allow-list, so nothing private slips in."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """One kind of entry: family, a dot, what happened."""

    DESK_STARTED = "desk.started"
    DESK_STOPPED = "desk.stopped"
    DESK_RESTORED = "desk.restored"
    SCHEMA_MIGRATED = "schema.migrated"
    SETTINGS_LOADED = "settings.loaded"
    SECRETS_RESEALED = "settings.secrets_resealed"
    ALERT_TESTED = "settings.alert_tested"

    LOGIN_SUCCEEDED = "auth.login.succeeded"
    LOGIN_HALF = "auth.login.half"
    LOGIN_FAILED = "auth.login.failed"
    LOGIN_LOCKED = "auth.login.locked"
    LOGOUT = "auth.logout"
    SESSION_ENDED = "auth.session.ended"
    SESSION_EXPIRED = "auth.session.expired"
    CONFIRMED = "auth.confirmed"
    PASSWORD_CHANGED = "auth.password.changed"  # noqa: S105 - the name of an event

    FACTOR_FAILED = "auth.factor.failed"
    FACTOR_LOCKED = "auth.factor.locked"
    FACTOR_ADDED = "auth.factor.added"
    FACTOR_REMOVED = "auth.factor.removed"
    RECOVERY_CODES_MADE = "auth.recovery_codes_made"

    USER_CREATED = "user.created"
    USER_ROLE_CHANGED = "user.role_changed"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_PASSWORD_RESET = "user.password_reset"  # noqa: S105 - the name of an event
    USER_UNLOCKED = "user.unlocked"
    USER_SESSIONS_ENDED = "user.sessions_ended"
    USER_FACTORS_RESET = "user.factors_reset"
    USER_LINK_MADE = "user.link_made"
    USER_JOINED = "user.joined"
    USER_RENAMED = "user.renamed"
    USER_BOUND = "user.bound"
    USER_UNBOUND = "user.unbound"
    USER_LIMITS_CHANGED = "user.limits_changed"

    ACCESS_DENIED = "access.denied"
    CSRF_FAILED = "csrf.failed"
    PERSONAL_DATA_OPENED = "personal_data.opened"

    SEARCH_ASKED = "search.asked"
    SEARCH_LIMITED = "search.limited"
    SEARCH_ERASED = "search.erased"
    SEARCH_REBUILT = "search.rebuilt"

    CAPTURE_INTENT = "capture.intent"
    CAPTURE_SUCCEEDED = "capture.succeeded"
    CAPTURE_REFUSED = "capture.refused"
    CAPTURE_UNKNOWN = "capture.unknown"
    CAPTURE_ATTENTION = "capture.attention"
    CAPTURE_CLOSED = "capture.closed"
    CAPTURE_STALE = "capture.stale"
    CAPTURE_RESENT = "capture.resent"
    CAPTURE_CHECKED = "capture.checked"

    REFUND_INTENT = "refund.intent"
    REFUND_SUCCEEDED = "refund.succeeded"
    REFUND_REFUSED = "refund.refused"
    REFUND_UNKNOWN = "refund.unknown"
    REFUND_ATTENTION = "refund.attention"
    REFUND_CLOSED = "refund.closed"
    REFUND_STALE = "refund.stale"
    REFUND_LIMIT = "refund.limit"
    REFUND_RESENT = "refund.resent"
    REFUND_CHECKED = "refund.checked"
    REFUND_APPROVED = "refund.approved"
    REFUND_APPROVAL_DENIED = "refund.approval_denied"
    REFUND_CLOSE_ASKED = "refund.close_asked"
    REFUND_CLOSE_REFUSED = "refund.close_refused"
    REFUND_LATE_ARRIVAL = "refund.late_arrival"
    REFUND_ORPHAN = "refund.orphan"
    REFUND_FINDING_RESOLVED = "refund.finding_resolved"

    SETTLEMENTS_VIEWED = "settlements.viewed"
    SETTLEMENTS_READ = "settlements.read"
    BANK_AMOUNT_ENTERED = "settlements.bank_amount"
    DIFFERENCE_EXPLAINED = "settlements.explained"
    EXCEPTION_OPENED = "settlements.exception_opened"
    EXCEPTION_CHANGED = "settlements.exception_changed"
    EXCEPTION_CLOSED = "settlements.exception_closed"
    CHANGE_SEEN = "settlements.change_seen"
    REFUND_SIGN_DECIDED = "settlements.refund_sign"

    EXPORT_STARTED = "export.started"
    EXPORT_FINISHED = "export.finished"
    EXPORT_FAILED = "export.failed"
    EXPORT_CANCELLED = "export.cancelled"
    EXPORT_DOWNLOADED = "export.downloaded"

    HOOK_INTENT = "hook.intent"
    HOOK_SUCCEEDED = "hook.succeeded"
    HOOK_REFUSED = "hook.refused"
    HOOK_UNKNOWN = "hook.unknown"
    HOOK_CHECKED = "hook.checked"
    HOOK_RESENT = "hook.resent"
    HOOK_CLOSED = "hook.closed"
    HOOK_SECRET_SHOWN = "hook.secret_shown"  # noqa: S105 - the name of an event
    ROTATION_STARTED = "hook.rotation_started"
    ROTATION_STEP = "hook.rotation_step"
    ROTATION_HALTED = "hook.rotation_halted"
    ROTATION_RESUMED = "hook.rotation_resumed"
    ROTATION_ENDED = "hook.rotation_ended"
    HOOK_TEST_SENT = "hook.test_sent"

    RECEIVER_CHANGED = "delivery.receiver_changed"
    DELIVERY_OPENED = "delivery.opened"
    DELIVERY_RESENT = "delivery.resent"
    DELIVERIES_JUDGED = "delivery.judged_again"
    DELIVERIES_PRUNED = "delivery.pruned"

    AUDIT_OPENED = "audit.opened"
    AUDIT_VIEWED = "audit.viewed"
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_VERIFIED = "audit.verified"
    AUDIT_RESTORED = "audit.restored"

    @property
    def family(self) -> str:
        """What stands before the first dot: the group that the page's filter offers."""
        return self.value.partition(".")[0]


_LOGIN = frozenset({"name_digest", "cause", "failures", "until", "means", "factor"})
_SESSION = frozenset({"session_ref", "cause", "count", "user_id"})
_USER = frozenset(
    {
        "name", "role", "active", "must_change_password", "cause", "count", "expires", "currency", "single_minor",
        "day_minor", "per_order_minor", "approval_minor", "per_hour",
    }
)  # fmt: skip
_REQUEST = frozenset({"method", "endpoint", "permission", "cause"})
_MONEY = frozenset(
    {
        "intent_id", "order_id", "refund_id", "amount_minor", "currency", "reason", "state", "attempt", "misses",
        "outcome_code", "error_class", "status", "cause", "seen_remaining", "remaining_minor", "available_minor",
        "total_minor", "order_version", "body_sha256", "limit", "limit_minor", "spent_minor", "settled_by",
        "lines", "form",
    }
)  # fmt: skip
_EXPORT = frozenset(
    {
        "format", "rows", "first_seq", "last_seq", "head_hash", "since", "until", "complete", "actor_id", "what",
        "outcome", "account", "by_object", "by_words",
    }
)  # fmt: skip
_SETTLEMENTS = frozenset(
    {
        "page", "since", "until", "currency", "paid", "rows", "expected_minor", "received_minor", "difference_minor",
        "explained_by", "state", "owner_id", "kind", "total_before", "total_after", "deducted",
    }
)  # fmt: skip
_LONG_EXPORT = frozenset(
    {"what", "format", "rows", "counted", "bound", "zone", "sha256", "filters", "by_object", "cause", "file"}
)
_HOOK = frozenset(
    {
        "change_id", "what", "hook_id", "new_hook_id", "url", "events", "active", "secret_fingerprint", "state", "step",
        "attempt", "outcome_code", "error_class", "status", "cause", "quiet_until",
    }
)  # fmt: skip
_DELIVERY = frozenset(
    {
        "receiver_id", "hook_id", "what", "active", "rows", "until", "host", "event", "count", "genuine",
        "secret_fingerprint", "target", "left_out",
    }
)  # fmt: skip
_VERDICT = frozenset({"ok", "kind", "bad_seq", "breaks", "gaps", "from_seq", "last_seq", "entries", "anchors"})
_RESTORE = frozenset({"epoch", "missing_from", "missing_to", "missing_until"})

_BY_FAMILY: dict[str, frozenset[str]] = {
    "desk": frozenset({"part", "version", "cause", "workers", "threads"}),
    "schema": frozenset({"revision", "from_revision"}),
    "settings": frozenset({"fingerprint", "accounts", "part"}),
    "auth": _LOGIN | _SESSION,
    "user": _USER,
    "access": _REQUEST,
    "csrf": _REQUEST,
    "personal_data": frozenset({"fields"}),
    "search": frozenset({"term_digest", "hits", "more", "rows", "what"}),
    "capture": _MONEY,
    "refund": _MONEY,
    "settlements": _SETTLEMENTS,
    "export": _LONG_EXPORT,
    "hook": _HOOK,
    "delivery": _DELIVERY,
}
_BY_ACTION: dict[Action, frozenset[str]] = {
    Action.SECRETS_RESEALED: frozenset({"rows", "failures"}),
    Action.ALERT_TESTED: frozenset(),
    Action.AUDIT_OPENED: frozenset({"instance_id"}),
    Action.AUDIT_VIEWED: frozenset(),
    Action.AUDIT_EXPORTED: _EXPORT,
    Action.AUDIT_VERIFIED: _VERDICT,
    Action.AUDIT_RESTORED: _RESTORE,
}

ALLOWED_FIELDS: dict[Action, frozenset[str]] = {
    action: _BY_ACTION[action] if action in _BY_ACTION else _BY_FAMILY[action.family] for action in Action
}
