"""How the connection to the provider is doing."""
