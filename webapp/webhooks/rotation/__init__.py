"""Replacing a webhook's secret without losing an event, step by step."""
