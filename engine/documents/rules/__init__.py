"""What the checker knows beyond the schema: one module a family of rules.

A rule is a function from a subject to findings. It is listed in ``FAMILIES`` of
``check``, and its codes stand in ``codes`` with their titles.
"""
