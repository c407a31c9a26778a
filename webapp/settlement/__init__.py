"""What the provider pays out, and whether the books agree."""
