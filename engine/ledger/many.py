"""What a verification does for each record: compiled, where that could be built.

``many.c`` does the same as the Python that it stands in for, which is the reference and
always there: ``leaf_hashes`` and ``node_hashes`` of ``record``, what ``audit.chains``
does without ``plain``, and ``cut`` of ``audit.legal.cut``. This is imported where many
are read, not on the path of a step.
"""

from __future__ import annotations

import os
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handrail.engine.ledger import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    Hashing = Callable[[Iterable[bytes]], list[bytes]]
    # Rows, their hashes, the heads of cases and a place in the rows: the first place from
    # there on of a row that is not plainly right, else how many rows there are.
    Plain = Callable[[list[Any], list[bytes], dict[str, list[Any]], int], int]
    # As ``cut`` of ``audit.legal.cut``.
    Cutting = Callable[[bytes, bytes], tuple[bytes, str, str, Sequence[str], str | None] | None]

__all__ = ["BUILT", "PURE", "Built", "cut", "leaf_hashes", "node_hashes", "plain"]

PURE: Final = "HANDRAIL_PURE"  # in the environment: do without

_SOURCE: Final = Path(__file__).with_name("many.c")  # in a clone; no wheel has it


class Built(StrEnum):
    """Whether the compiled functions are used, and why not."""

    USED = "used"
    REFUSED = "refused"  # by PURE
    MISSING = "missing"
    OLD = "old"  # made of another source than the one that lies here


def _built() -> Built:
    if os.environ.get(PURE):
        return Built.REFUSED
    try:
        from handrail._many import SOURCE  # noqa: PLC0415 - only where it is wanted
    except (ImportError, RuntimeError):  # there is no OpenSSL, or one that refuses SHA-256
        return Built.MISSING
    return Built.USED if _fits(SOURCE) else Built.OLD


def _fits(digest: str) -> bool:
    """Whether it was made of the source that lies here, if one does."""
    return not _SOURCE.exists() or sha256(_SOURCE.read_bytes()).hexdigest() == digest


BUILT: Final = _built()

leaf_hashes: Hashing = record.leaf_hashes
node_hashes: Hashing = record.node_hashes
plain: Plain | None = None
cut: Cutting | None = None
if BUILT is Built.USED:
    from handrail._many import cut, leaf_hashes, node_hashes, plain
