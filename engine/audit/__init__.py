"""What reviewers do: verify, redact, export, report."""
