"""``audit hold``: while somebody may still need an incident as evidence, nothing of it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.custody.desk import Desk, hold_of, kept_of
from handrail.engine.errors import UsageError
from handrail.engine.machine.reasons import Reason
from handrail.engine.refused import RefusedError
from handrail.engine.sealing import Sealer

if TYPE_CHECKING:
    from handrail.engine.engine import Engine

__all__ = ["hold"]


def hold(engine: Engine, case: str, why: str, *, release: bool = False) -> dict[str, Any]:
    """Put a case under a legal hold, or release it.

    :returns: ``incident``, ``held``, ``since`` (RFC 3339), ``by``.
    :raises NotFoundError: there is no such case.
    :raises RefusedError: the person may not, or it is so already; recorded.
    """
    if not why.strip():
        raise UsageError("say why")
    with engine.knowing(case), engine.writing() as writer:
        desk = Desk(engine, writer)
        reason = desk.may("redact") or _already(case, hold_of(kept_of(writer, case)), release)
        if reason is not None:
            desk.tell(case, {"type": "hold-refused", "refused": reason.record()})
        else:
            sealer = Sealer()
            kind = "hold-released" if release else "held"
            desk.tell(case, {"type": kind, "why": sealer.text("why", why)}, sealer)
    if reason is not None:
        raise RefusedError([reason])
    return {"incident": case, "held": not release, "since": desk.at, "by": desk.actor.id}


def _already(case: str, held: dict[str, Any] | None, release: bool) -> Reason | None:  # noqa: FBT001 - a question
    if release == (held is not None):
        return None
    if release:
        return Reason("not-held", "{case} is under no legal hold", {"case": case})
    return Reason("held", "{case} is under a legal hold already", {"case": case})
