"""The engine: documents in, decisions and an audit log out. See docs/architecture.md."""
