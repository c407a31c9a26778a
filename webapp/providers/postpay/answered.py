"""How Postpay's answers become values: as those of every provider."""

from webapp.providers.http.answered import MOST_PARTS, Answered, Parts, problems, unreadable_fields

__all__ = ["MOST_PARTS", "Answered", "Parts", "problems", "unreadable_fields"]
