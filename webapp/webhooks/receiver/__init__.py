"""The desk's own address for deliveries, and the secrets it accepts."""
