FOUND_AT: dict[str, int] = {}
