"""What waits for a second person: the queue, one request with its order as it is now, and the decision."""
