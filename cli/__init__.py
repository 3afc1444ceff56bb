"""The command line: one module a command, imported only when it runs."""

from gc import set_threshold

# A command's start makes many objects and no garbage: looking for it costs 5 % of the time.
set_threshold(50_000, 20, 20)
