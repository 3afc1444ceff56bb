"""What the checker knows beyond the schema: one module a family of rules.

A family is a function ``rules`` from a subject to findings. ``check`` lists the
families by stage; the titles of their codes stand in ``codes``.
"""
