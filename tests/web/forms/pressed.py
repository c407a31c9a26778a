"""Forms without anything to type, and what programs send."""

from __future__ import annotations

_PRESSED = {
    "alerts": "send_test",
    "approvals": "approve withdraw",
    "captures": "capture_order",
    "in_progress": "check_intent send_again",
    "payouts": "explain_difference mark_changes_seen read_payouts cancel_reading decide_refund_sign",
    "hooks": "pause_hook activate_hook change_secret check_change"
    " send_again send_test show_next_secret show_secret start_rotation undo_rotation take_step",
    "checks": "check_now cancel_check",
    "exports": "start cancel",
    "deliveries": "start_receiving register_receiver show_receiver_secret replace_secret forget_secret"
    " judge_refused_again"
    " open_delivery read_again try_now pause_target resume_target start_replay cancel_replay",
    "orders": "open_personal_data",
    "people": "disable_person enable_person unlock_person end_sessions make_link reset_second_factor dismiss_news",
    "auth": "end_session end_other_sessions sign_out remove_app remove_passkey make_recovery_codes"
    " sign_in_with_passkey",
    "": "choose_theme",
}
PRESSED = {f"{area}.{name}".lstrip(".") for area, names in _PRESSED.items() for name in names.split()}
"""Forms that are a button: there is nothing to type, so nothing to lose."""

NO_FORMS = frozenset({"receiver.receive", "health.report_blocked"})
"""What programs send."""
