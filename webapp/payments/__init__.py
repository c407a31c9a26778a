"""Orders as the desk sees them: reading one, refunding it, capturing it."""
