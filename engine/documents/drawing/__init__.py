"""Drawings of a machine: SVG by an own layered layout, Mermaid, DOT.

A definition becomes a *sketch* (``sketch``: cards of text, and links between them),
the sketch is laid out region by region from the inside out (``nesting``, ``ranks``,
``order``, ``place``, ``layout``), and the layout is written as SVG (``svg``). The
name of each step is a card of its own on the way from its state, as are the guards
of its branches: what has a place of its own in the layout overlaps nothing.
"""
