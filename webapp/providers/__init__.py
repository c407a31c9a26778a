"""Payment providers, a folder each, and what they share; nothing else speaks HTTP to anybody."""
