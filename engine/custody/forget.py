"""``audit redact --person`` without an incident: what names somebody, wherever it is."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from handrail.engine.agreed import case_of
from handrail.engine.custody.desk import kept_of
from handrail.engine.custody.found import Wanted, choose, items_of
from handrail.engine.custody.planned import called, plans_with
from handrail.engine.custody.redact import redact
from handrail.engine.errors import HandrailError, NotFoundError
from handrail.engine.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from handrail.engine.custody.redact import Ground, Row
    from handrail.engine.engine import Engine
    from handrail.engine.store.base import Reader

__all__ = ["forget"]


def forget(engine: Engine, people: Sequence[str], ground: Ground, *, dry_run: bool = False) -> Row:
    """Remove what names people in every case, each by a decision of its own; or say what would go.

    Site plans come last, for they tell what somebody is called. Where one case may not be
    touched nothing is removed at all.

    :returns: ``cases``: the rows of ``redact``, one for each; ``plans``: the revisions of
        site plans that name them still, because they were registered in clear.
    :raises NotFoundError: nothing names any of them.
    :raises HandrailError: only plans of before do, from which nothing can be removed.
    :raises RefusedError: as ``redact``.
    """
    with engine.reading() as reader:
        wanted = dict(_wanted(engine, reader, people))
        plans = [] if wanted else plans_with(reader, people)
    if plans:
        raise HandrailError(
            "{people} stand only in site plans that were registered in clear, and stay: {plans}",
            people=", ".join(people),
            plans=", ".join(plans),
        )
    if not wanted:
        raise NotFoundError("personal value that names", ", ".join(people))
    rows = []
    for case, one in wanted.items():
        try:
            rows.append(redact(engine, case, one, ground, dry_run=True))
        except RefusedError:
            if dry_run:
                raise
            redact(engine, case, one, ground)  # is refused as well, and that is recorded
    if not dry_run:
        rows = [redact(engine, case, one, ground) for case, one in wanted.items()]
    gone = [item["digest"] for row in rows for item in row["removed"]]
    with engine.reading() as reader:
        return {"cases": rows, "plans": plans_with(reader, people, gone)}


def _wanted(engine: Engine, reader: Reader, people: Sequence[str]) -> Iterator[tuple[str, Wanted]]:
    """The cases that name some of them, and whom."""
    names = called(engine.shelf, reader)
    plans = [case_of(row.id) for row in reader.documents() if row.kind == "site"]
    cases = [case for case, _ in reader.case_sizes()]
    for case in sorted(cases, key=plans.__contains__):
        items = items_of(reader, case, kept_of(reader, case))
        found = []
        for person in people:
            with suppress(NotFoundError):
                choose(items, Wanted(people=[person]), names)
                found.append(person)
        if found:
            yield case, Wanted(people=found)
