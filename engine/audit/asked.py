"""What a filter of the log names must be there, or have been.

An empty answer would look like a good one: whoever mistypes a name must be told.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from handrail.engine.errors import NotFoundError
from handrail.engine.store.rows import Filter, IncidentFilter

if TYPE_CHECKING:
    from handrail.engine.store.base import Reader

__all__ = ["check_names", "no_incident"]

_LOG: Final = "LOG"  # the log's own case: it is there even while it is empty
_MANY: Final = 200  # of the latest incidents, to find what was meant


def check_names(reader: Reader, which: Filter) -> None:
    """Refuse a case, a person, a protocol or a type that never stood here.

    :raises NotFoundError: it names what was meant, where that is near.
    """
    if which.type is not None and which.type not in (types := _types()):
        raise NotFoundError("type of record", which.type, types)
    if which.case not in {None, _LOG} and not reader.case_head(str(which.case)).cseq:
        raise _no_case(reader, str(which.case))
    if which.actor is not None and not _stands(reader, Filter(actor=which.actor)):
        people = _people(reader)
        if which.actor not in people:
            raise NotFoundError("person", which.actor, people)
    if which.protocol is not None and not _stands(reader, Filter(protocol=which.protocol)):
        known = dict.fromkeys(row.id for row in reader.documents() if row.kind in _MACHINES)
        if which.protocol not in known:
            raise NotFoundError("protocol", which.protocol, known)


_MACHINES: Final = frozenset({"protocol", "lifecycle", "agreement"})  # what records are made under


def no_incident(reader: Reader, incident: str) -> NotFoundError:
    """The error for an incident that is not there."""
    known = [row.id for row in reader.incidents(IncidentFilter(), limit=_MANY)]
    return NotFoundError("incident", incident, known)


def _no_case(reader: Reader, case: str) -> NotFoundError:
    if not case.startswith("DOC-"):
        return no_incident(reader, case)
    known = dict.fromkeys(f"DOC-{row.id}" for row in reader.documents())
    return NotFoundError("document", case, known)


def _stands(reader: Reader, which: Filter) -> bool:
    """Whether any record passes."""
    return next(reader.log(which, limit=1), None) is not None


def _people(reader: Reader) -> list[str]:
    """Everybody whom a site plan names or named."""
    plans = (json.loads(row.data) for row in reader.documents() if row.kind == "site")
    return sorted({person for plan in plans for person in plan.get("people", {})})


def _types() -> list[str]:
    from handrail.engine.documents.schemas import schema_text  # noqa: PLC0415 - only with a type

    return list(json.loads(schema_text("record"))["properties"]["type"]["enum"])
