"""Files to take along: asked for on a screen, made by a worker, fetched by whoever asked."""
