"""Who may come in and what they may do: people, roles, sessions, passwords, form tokens."""
