"""Which alerts are set up, how it stands with what they watch, and what was sent."""
