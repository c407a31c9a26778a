"""A few words for each kind of entry, family and outcome: for filters, lists and exports."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from webapp.audit.actions import Action

FAMILIES = {
    "refund": lazy_gettext("Refunds"),
    "capture": lazy_gettext("Captures"),
    "settlements": lazy_gettext("Settlements"),
    "export": lazy_gettext("Exports"),
    "hook": lazy_gettext("Webhooks"),
    "delivery": lazy_gettext("Deliveries"),
    "personal_data": lazy_gettext("Personal data"),
    "auth": lazy_gettext("Sign-in"),
    "user": lazy_gettext("People"),
    "access": lazy_gettext("Not allowed"),
    "csrf": lazy_gettext("Refused forms"),
    "audit": lazy_gettext("Audit log"),
    "desk": lazy_gettext("Start and stop"),
    "settings": lazy_gettext("Settings"),
    "schema": lazy_gettext("Database"),
}


OUTCOMES = {
    "ok": (lazy_gettext("Done"), "ok"),
    "denied": (lazy_gettext("Denied"), "bad"),
    "failed": (lazy_gettext("Failed"), "bad"),
    "unknown": (lazy_gettext("Not known"), "unknown"),
}
LABELS: dict[Action, Any] = {
    Action.DESK_STARTED: lazy_gettext("Started"),
    Action.DESK_STOPPED: lazy_gettext("Stopped"),
    Action.DESK_RESTORED: lazy_gettext("Database restored from a backup"),
    Action.SCHEMA_MIGRATED: lazy_gettext("Database changed"),
    Action.SETTINGS_LOADED: lazy_gettext("Settings read"),
    Action.SECRETS_RESEALED: lazy_gettext("Secrets sealed anew"),
    Action.ALERT_TESTED: lazy_gettext("Test alert sent"),
    Action.CONFIRMED: lazy_gettext("Identity confirmed"),
    Action.LOGIN_SUCCEEDED: lazy_gettext("Signed in"),
    Action.LOGIN_FAILED: lazy_gettext("Sign-in failed"),
    Action.LOGIN_LOCKED: lazy_gettext("Sign-in locked"),
    Action.LOGOUT: lazy_gettext("Signed out"),
    Action.SESSION_ENDED: lazy_gettext("Session ended"),
    Action.SESSION_EXPIRED: lazy_gettext("Session expired"),
    Action.PASSWORD_CHANGED: lazy_gettext("Password changed"),
    Action.USER_CREATED: lazy_gettext("Person added"),
    Action.USER_ROLE_CHANGED: lazy_gettext("Role changed"),
    Action.USER_DISABLED: lazy_gettext("Person disabled"),
    Action.USER_ENABLED: lazy_gettext("Person enabled"),
    Action.USER_PASSWORD_RESET: lazy_gettext("Password reset"),
    Action.USER_UNLOCKED: lazy_gettext("Sign-in unlocked"),
    Action.ACCESS_DENIED: lazy_gettext("Not allowed"),
    Action.CSRF_FAILED: lazy_gettext("Form refused"),
    Action.PERSONAL_DATA_OPENED: lazy_gettext("Personal data opened"),
    Action.CAPTURE_INTENT: lazy_gettext("Capture started"),
    Action.CAPTURE_SUCCEEDED: lazy_gettext("Captured"),
    Action.CAPTURE_REFUSED: lazy_gettext("Capture not carried out"),
    Action.CAPTURE_UNKNOWN: lazy_gettext("Capture not known yet"),
    Action.CAPTURE_ATTENTION: lazy_gettext("Capture needs finance"),
    Action.CAPTURE_CLOSED: lazy_gettext("Capture closed"),
    Action.CAPTURE_STALE: lazy_gettext("Capture form out of date"),
    Action.CAPTURE_RESENT: lazy_gettext("Capture sent again"),
    Action.CAPTURE_CHECKED: lazy_gettext("Capture checked"),
    Action.REFUND_INTENT: lazy_gettext("Refund started"),
    Action.REFUND_SUCCEEDED: lazy_gettext("Refunded"),
    Action.REFUND_REFUSED: lazy_gettext("Refund not carried out"),
    Action.REFUND_UNKNOWN: lazy_gettext("Refund not known yet"),
    Action.REFUND_ATTENTION: lazy_gettext("Refund needs finance"),
    Action.REFUND_CLOSED: lazy_gettext("Refund closed"),
    Action.REFUND_STALE: lazy_gettext("Refund form out of date"),
    Action.REFUND_LIMIT: lazy_gettext("Refund above the limit"),
    Action.REFUND_RESENT: lazy_gettext("Refund sent again"),
    Action.REFUND_CHECKED: lazy_gettext("Refund checked"),
    Action.REFUND_LATE_ARRIVAL: lazy_gettext("Refund arrived late"),
    Action.REFUND_ORPHAN: lazy_gettext("Unmatched refund"),
    Action.REFUND_FINDING_RESOLVED: lazy_gettext("Unmatched refund resolved"),
    Action.SETTLEMENTS_VIEWED: lazy_gettext("Totals viewed"),
    Action.SETTLEMENTS_READ: lazy_gettext("Settlements read"),
    Action.BANK_AMOUNT_ENTERED: lazy_gettext("Bank amount entered"),
    Action.DIFFERENCE_EXPLAINED: lazy_gettext("Difference explained"),
    Action.EXCEPTION_OPENED: lazy_gettext("Exception opened"),
    Action.EXCEPTION_CHANGED: lazy_gettext("Exception changed"),
    Action.EXCEPTION_CLOSED: lazy_gettext("Exception closed"),
    Action.CHANGE_SEEN: lazy_gettext("Change seen"),
    Action.REFUND_SIGN_DECIDED: lazy_gettext("Sign of refunds decided"),
    Action.EXPORT_STARTED: lazy_gettext("Export started"),
    Action.EXPORT_FINISHED: lazy_gettext("Export complete"),
    Action.EXPORT_FAILED: lazy_gettext("Export failed"),
    Action.EXPORT_CANCELLED: lazy_gettext("Export cancelled"),
    Action.EXPORT_DOWNLOADED: lazy_gettext("Export downloaded"),
    Action.HOOK_INTENT: lazy_gettext("Webhook change started"),
    Action.HOOK_SUCCEEDED: lazy_gettext("Webhook changed"),
    Action.HOOK_REFUSED: lazy_gettext("Webhook change not carried out"),
    Action.HOOK_UNKNOWN: lazy_gettext("Webhook change not known yet"),
    Action.HOOK_CHECKED: lazy_gettext("Webhook change checked"),
    Action.HOOK_RESENT: lazy_gettext("Webhook change sent again"),
    Action.HOOK_CLOSED: lazy_gettext("Webhook change closed"),
    Action.HOOK_SECRET_SHOWN: lazy_gettext("Secret shown"),
    Action.ROTATION_STARTED: lazy_gettext("Secret replacement started"),
    Action.ROTATION_STEP: lazy_gettext("Secret replacement, a step"),
    Action.ROTATION_HALTED: lazy_gettext("Secret replacement: quiet time stopped"),
    Action.ROTATION_RESUMED: lazy_gettext("Secret replacement: quiet time began anew"),
    Action.ROTATION_ENDED: lazy_gettext("Secret replacement ended"),
    Action.HOOK_TEST_SENT: lazy_gettext("Test event sent"),
    Action.RECEIVER_CHANGED: lazy_gettext("Receiving changed"),
    Action.DELIVERY_OPENED: lazy_gettext("Delivery opened"),
    Action.DELIVERY_RESENT: lazy_gettext("Delivery sent again"),
    Action.DELIVERIES_JUDGED: lazy_gettext("Refused deliveries judged again"),
    Action.DELIVERIES_PRUNED: lazy_gettext("Deliveries deleted"),
    Action.AUDIT_OPENED: lazy_gettext("Log opened"),
    Action.AUDIT_VIEWED: lazy_gettext("Log viewed"),
    Action.AUDIT_EXPORTED: lazy_gettext("Log exported"),
    Action.AUDIT_VERIFIED: lazy_gettext("Log checked"),
    Action.AUDIT_RESTORED: lazy_gettext("Restored from a backup"),
}


def action_label(event: str) -> str:
    """A few words for a kind of entry or a family of them; the code itself where a newer desk wrote it."""
    if event in FAMILIES:
        return str(FAMILIES[event])
    return str(LABELS[Action(event)]) if event in LABELS else event
