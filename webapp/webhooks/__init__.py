"""The provider's webhooks: their endpoints, rotation of secrets, receiving, deliveries, forwarding."""
