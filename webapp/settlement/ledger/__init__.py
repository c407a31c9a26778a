"""The desk's copy of what the provider settled: what a payout comes to, how it is read, what others may ask of it."""
