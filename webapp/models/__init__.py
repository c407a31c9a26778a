"""The desk's own tables, one per file. Orders are not among them: they live at the provider."""
