"""The path that a run took, ready to be marked in the drawing of its protocol."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.documents.drawing.marks import Marks, marks_of
from handrail.engine.errors import NotFoundError
from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from handrail.engine.engine import Engine
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.state import Case, Run

__all__ = ["RunPath", "path_of_run", "run_path"]


class RunPath(NamedTuple):
    """One run, and how it went."""

    run: Run
    definition: Definition
    marks: Marks
    numbers: Mapping[int, int]  # cseq of a record -> the number of its move


def path_of_run(definition: Definition, run: Run, records: Sequence[Mapping[str, Any]]) -> RunPath:
    """Read a run's path from the records of its case."""
    chart = chart_of(definition)
    now = chart.path(run.active) if run.status == "active" else ()
    marks, numbers = marks_of(definition, records, run=run.id, now=now)
    return RunPath(run, definition, marks, numbers)


def run_path(engine: Engine, incident: str, name: str | None = None) -> RunPath:
    """Find a run of an incident, and its path.

    :param name: a run or a protocol of the incident; ``None``: what it was opened with.
    :raises NotFoundError: there is no such incident, or it has no such run.
    """
    with engine.reading() as reader:
        loaded = engine.casebook.load(reader, incident)
        run = _chosen(loaded.case, name or loaded.protocol)
        records = [json.loads(data) for data in reader.case_records(incident)]
        return path_of_run(engine.shelf.definition(run.sha256), run, records)


def _chosen(case: Case, name: str) -> Run:
    """The run of that id, else the latest run of the protocol of that id."""
    if name in case.runs:
        return case.runs[name]
    found = [run for run in case.runs.values() if run.protocol == name]
    if not found:
        known = {*case.runs, *(run.protocol for run in case.runs.values())}
        raise NotFoundError("run", name, known)
    return found[-1]
