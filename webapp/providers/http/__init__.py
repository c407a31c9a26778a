"""HTTP to a provider: deadlines, a breaker, strict reading. The only place that imports requests."""
