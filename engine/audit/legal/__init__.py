"""Depth *legal*: each decision is taken again, by what was in force when it was taken."""
