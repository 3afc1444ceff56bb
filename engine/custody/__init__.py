"""What reviewers decide about the log's data: redaction, legal hold, retention, key, export."""
