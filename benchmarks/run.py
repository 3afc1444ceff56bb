"""Run the benchmarks: ``uv run --group bench python -m benchmarks.run [NAME…] [--json]``."""

from __future__ import annotations

import sys
from importlib import import_module

from benchmarks.table import show

NAMES = ("memory", "durable", "process", "check", "million")


def main() -> None:
    """Measure what is named, or all, in one run."""
    named = [word for word in sys.argv[1:] if not word.startswith("-")] or NAMES
    rows = [row for name in named for row in import_module(f"benchmarks.{name}").rows()]
    show(rows)


if __name__ == "__main__":
    main()
