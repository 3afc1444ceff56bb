"""The JSON Schemas of documents, records and outputs, as package data."""
