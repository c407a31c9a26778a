"""PayPro's API v1: its client, its models and its words for what goes wrong. Imports nothing of another provider."""
