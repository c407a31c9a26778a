"""What entries about people say: who signed in and with what, who was let in, changed or shut out."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from webapp.audit.actions import Action

PEOPLE_SENTENCES: dict[Action, Any] = {
    Action.LOGIN_SUCCEEDED: lazy_gettext("%(who)s signed in"),
    Action.LOGIN_HALF: lazy_gettext("The password of %(person)s was right, and the second factor was asked for"),
    Action.LOGIN_FAILED: lazy_gettext("A sign-in as %(person)s failed"),
    Action.LOGIN_LOCKED: lazy_gettext("Sign-in as %(person)s is locked after too many failures"),
    Action.LOGOUT: lazy_gettext("%(who)s signed out"),
    Action.SESSION_ENDED: lazy_gettext("%(who)s ended a session"),
    Action.SESSION_EXPIRED: lazy_gettext("A session of %(who)s expired"),
    Action.CONFIRMED: lazy_gettext("%(who)s confirmed their identity with the password"),
    Action.PASSWORD_CHANGED: lazy_gettext("%(who)s changed their password"),
    Action.FACTOR_FAILED: lazy_gettext("After the right password of %(person)s, the second factor was wrong"),
    Action.FACTOR_LOCKED: lazy_gettext("The second factor of %(person)s is locked after too many failures"),
    Action.FACTOR_ADDED: lazy_gettext("%(who)s set up %(factor)s as a second factor"),
    Action.FACTOR_REMOVED: lazy_gettext("%(who)s removed %(factor)s as a second factor"),
    Action.RECOVERY_CODES_MADE: lazy_gettext("%(who)s made new recovery codes"),
    Action.USER_CREATED: lazy_gettext("%(who)s created the account of %(person)s as %(role)s"),
    Action.USER_LIMITS_CHANGED: lazy_gettext("%(who)s changed the %(currency)s refund limits of %(person)s"),
    Action.USER_ROLE_CHANGED: lazy_gettext("%(who)s changed the role of %(person)s from %(old_role)s to %(role)s"),
    Action.USER_DISABLED: lazy_gettext("%(who)s disabled the account of %(person)s"),
    Action.USER_ENABLED: lazy_gettext("%(who)s enabled the account of %(person)s"),
    Action.USER_PASSWORD_RESET: lazy_gettext("%(who)s gave %(person)s a new initial password"),
    Action.USER_UNLOCKED: lazy_gettext("%(who)s unlocked the sign-in of %(person)s"),
    Action.USER_SESSIONS_ENDED: lazy_gettext("%(who)s signed %(person)s out everywhere"),
    Action.USER_FACTORS_RESET: lazy_gettext("%(who)s reset the second factor of %(person)s"),
    Action.USER_LINK_MADE: lazy_gettext("%(who)s made a link with which %(person)s can choose a password"),
    Action.USER_RENAMED: lazy_gettext("%(who)s changed the own name to %(name)s"),
    Action.USER_BOUND: lazy_gettext("Single sign-on was bound to the account of %(person)s"),
    Action.USER_UNBOUND: lazy_gettext("%(who)s unbound single sign-on from the account of %(person)s"),
    Action.USER_JOINED: lazy_gettext("%(who)s chose a password with a link"),
}
