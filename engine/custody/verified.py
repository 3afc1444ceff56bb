"""``audit verify --record``: that the log was verified, and what came of it, is a record too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.engine.custody.desk import LOG, Desk

if TYPE_CHECKING:
    from handrail.engine.audit.findings import Result
    from handrail.engine.engine import Engine

__all__ = ["record_verification"]


def record_verification(engine: Engine, result: Result) -> None:
    """Append what a verification came to, as the person who ran it.

    It is of the log as it was read; this record is the first that it does not count.

    :raises NotPermittedError: the person is not who they say, or not known here.
    """
    draft: dict[str, str | int] = {
        "type": "verified",
        "verdict": str(result.verdict),
        "depth": str(result.depth),
        "size": result.records,
    }
    if result.since:
        draft["since"] = result.since
    with engine.knowing(LOG), engine.writing() as writer:
        Desk(engine, writer).tell(LOG, draft)
