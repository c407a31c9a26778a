"""Where the provider's deliveries arrive."""
