"""Verbs that move money or secrets, one per file."""
