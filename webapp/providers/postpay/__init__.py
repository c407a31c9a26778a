"""Postpay (https://api.postpay.io)."""
