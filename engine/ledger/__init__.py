"""What makes the log provable: record bytes, Merkle tree, checkpoints, disclosures."""
