"""The pure core: definitions, guards, regions, state, ``decide`` and ``apply``."""
