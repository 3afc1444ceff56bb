"""Where records are kept: the ``Store`` protocol, SQLite, PostgreSQL."""
