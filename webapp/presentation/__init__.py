"""Values in, text out: formatting, charts, masking and the words of every kind of thing."""
