"""One module a command: ``command`` is its function, or ``app`` where it is a group."""
