"""Random histories of a provider, read by the ledger while readings fail and workers die."""
