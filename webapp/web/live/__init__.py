"""Pages that follow what happens."""
