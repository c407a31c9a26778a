"""Webhooks at the provider: created, changed and deleted once, or honestly not known yet."""
