"""Why money is given back: the codes that the form and the audit log know, and their words."""

from __future__ import annotations

from flask_babel import lazy_gettext

OTHER = "other"
REASONS = {
    "returned": lazy_gettext("Item returned"),
    "damaged": lazy_gettext("Item damaged or faulty"),
    "not_delivered": lazy_gettext("Not delivered"),
    "cancelled": lazy_gettext("Order cancelled"),
    "price": lazy_gettext("Price or discount corrected"),
    "goodwill": lazy_gettext("Goodwill"),
    OTHER: lazy_gettext("Other (say why in the note)"),
}
