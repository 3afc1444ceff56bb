"""Lessons: what incidents taught, by the names that a revision's ``answers`` gives them.

A lesson is a run of a protocol that the lifecycle itself starts. Its name is the
incident's id and the run's: ``INC-2026-0001-lesson-1``.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.audit.report.sections import started_by
from handrail.engine.errors import HandrailError, NotFoundError
from handrail.engine.machine.definition import FactType
from handrail.engine.sealing import Unsealed
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from handrail.engine.engine import Engine
    from handrail.engine.machine.state import Run
    from handrail.engine.store.base import Reader

    View = dict[str, Any]

__all__ = ["lesson", "unanswered", "warn_of_unknown"]

_NAME: Final = re.compile(r"(INC-\d+-\d+)-(.+)")
_WITHDRAWN: Final = "withdrawn"  # outcome of one that was none after all
_MOST: Final = 20  # that a list shows, the newest


def lesson(engine: Engine, reader: Reader, name: str) -> View | None:
    """One lesson of the log: ``id``, ``incident``, ``text`` (None: not written down yet).

    :returns: None: the log has none of this name.
    """
    parts = _NAME.fullmatch(name)
    if parts is None:
        return None
    try:
        run = engine.casebook.load(reader, parts[1]).case.runs.get(parts[2])
    except NotFoundError:
        return None
    if run is None or run.protocol not in _learning(engine):
        return None
    text = None if run.outcome == _WITHDRAWN else _text(engine, reader, parts[1], run)
    return {"id": name, "incident": parts[1], "text": text}


def unanswered(engine: Engine, reader: Reader) -> list[View]:
    """The newest lessons that no revision in force answers."""
    answered = {
        name for row in reader.all_in_force() for name in _answers(engine.shelf.data(row.sha256))
    }
    found = (lesson(engine, reader, name) for name in _names(engine, reader))
    left = (one for one in found if one and one["text"] and one["id"] not in answered)
    return list(islice(left, _MOST))


def warn_of_unknown(engine: Engine, reader: Reader, documents: Iterable[View]) -> None:
    """Warn of lessons that documents say they answer, and that the log does not have."""
    for data in documents:
        for name in _answers(data):
            if lesson(engine, reader, name) is None:
                warning = HandrailError(
                    "{document} answers the lesson {lesson}, which this log does not have",
                    document=data["id"],
                    lesson=name,
                )
                engine.warnings.append(warning)


def _answers(data: View) -> list[str]:
    return list(data.get("answers", ()))


def _names(engine: Engine, reader: Reader) -> Iterator[str]:
    """The names of all lessons, the newest first of each protocol."""
    for protocol in sorted(_learning(engine)):
        which = Filter(protocol=protocol, type="run-started")
        for row in reader.log(which, newest_first=True):
            record = json.loads(row.data)
            yield f"{record['case']}-{record['run']}"


def _learning(engine: Engine) -> set[str]:
    """The protocols that the lifecycle itself starts."""
    name = engine.shelf.lifecycle(engine.shelf.site())
    lifecycle = engine.shelf.in_force(name) or engine.shelf.latest(name)
    return set() if lifecycle is None else set(started_by(lifecycle))


def _text(engine: Engine, reader: Reader, case: str, run: Run) -> str | None:
    """What was written down, or that it was redacted."""
    facts = engine.shelf.definition(run.sha256).facts.values()
    written = [run.facts[fact.id] for fact in facts if _is_written(fact.type, fact.id, run)]
    unsealed = Unsealed(reader, {case: written})
    return " / ".join(str(unsealed.show(value)) for value in written) or None


def _is_written(kind: FactType, name: str, run: Run) -> bool:
    return kind is FactType.TEXT and name in run.facts
