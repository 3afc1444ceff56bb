"""Records of the log in the forms that other tools read."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["BY_CASE", "FORMATS", "SEALED", "About", "pseudonymous", "write"]

SEALED: Final = "[sealed]"  # stands for a personal value in an export that is not in clear

# Name -> the module that writes it (jsonl is proofs, which need the tree: custody.export).
FORMATS: Final = {"jsonl": "", "csv": "csv", "ocsf": "ocsf", "ecs": "ecs", "xes": "xes"}
BY_CASE: Final = frozenset({"xes"})  # wants all records of a case together
_HIDDEN: Final = frozenset({"signature", "approvals"})  # public keys, and what was signed

Row = dict[str, Any]


class About(NamedTuple):
    """What an export says of itself."""

    origin: str  # the log
    version: str  # of Handrail


def write(form: str, rows: Iterable[Row], about: About) -> Iterator[str]:
    """Give the text of an export, piece by piece.

    :param form: one of ``FORMATS`` but jsonl.
    :param rows: records, each with ``seq``, ``leaf`` (hex) and the record's members; a
        personal value in clear, or ``SEALED``, or ``[redacted]``.
    """
    module = import_module(f"handrail.engine.audit.formats.{FORMATS[form]}")
    pieces: Iterator[str] = module.write(rows, about)
    return pieces


def pseudonymous(row: Row) -> Row:
    """The row with a word in place of each value that is sealed, and without public keys."""
    return {name: _shut(value) for name, value in row.items() if name not in _HIDDEN}


def _shut(value: Any) -> Any:
    if isinstance(value, list):
        return [_shut(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"sd"}:
        return SEALED
    return {name: _shut(item) for name, item in value.items()}
