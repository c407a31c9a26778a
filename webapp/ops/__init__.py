"""Running the desk: commands, the worker, the server and its processes."""
