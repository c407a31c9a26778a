"""What everything stands on: settings, accounts, the database, sealing, logs and metrics."""
