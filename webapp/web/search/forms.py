"""The field at the top of every page."""

from __future__ import annotations

from wtforms import StringField

from webapp.payments.search_index.question import LONGEST
from webapp.web.forms import BaseForm


class SearchForm(BaseForm):
    """What a customer said: nothing is refused, what is too long is cut."""

    q = StringField()

    @property
    def typed(self) -> str:
        return (self.q.data or "").strip()[:LONGEST]
