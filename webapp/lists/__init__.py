"""Lists: how they read their address, and how they become files."""
