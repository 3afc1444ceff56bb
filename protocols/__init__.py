"""The library of protocols, as package data."""
