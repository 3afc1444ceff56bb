"""Could a run have gone the same way under another revision? Its records are replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transitions import MachineError

from handrail.engine.machine.reasons import Reason
from handrail.engine.machine.regions import chart_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.regions import Active, Chart, History
    from handrail.engine.machine.state import Run

    Record = Mapping[str, Any]

__all__ = ["obstacle"]


class _LostError(Exception):
    """The new revision does not go where the run went."""

    def __init__(self, template: str, **params: str) -> None:
        super().__init__(template)
        self.reason = Reason("cannot-follow", template, params)


def obstacle(
    definitions: Callable[[str], Definition],
    records: Iterable[Record],
    run: Run,
    target: Definition,
) -> Reason | None:
    """Why a run cannot go on under a definition; ``None``: it can.

    Its states, the steps that wait, its facts and the way that it came must be there.
    """
    try:
        _check_now(definitions(run.sha256), run, target)
        _Replay(chart_of(target)).play(record for record in records if record.get("run") == run.id)
    except _LostError as lost:
        return lost.reason
    return None


def _check_now(before: Definition, run: Run, after: Definition) -> None:
    for name in run.active.values():
        if name not in after.states:
            raise _LostError("it is in {state}, which is not there any more", state=name)
        if before.states[name].run != after.states[name].run:
            raise _LostError("in {state} it waits for another protocol", state=name)
    for pending in run.pending.values():
        if any(pending.step not in after.states[name].steps for name in pending.states):
            raise _LostError("{step} waits for a second person, and is gone", step=pending.step)
    for name in run.facts:
        _check_fact(before, after, name)


def _check_fact(before: Definition, after: Definition, name: str) -> None:
    old, new = before.facts.get(name), after.facts.get(name)
    if old is None or new is None:
        return
    same = (old.type, old.many, old.personal) == (new.type, new.many, new.personal)
    if not same or not set(old.of) <= set(new.of):
        raise _LostError("its fact {fact} means something else now", fact=name)


class _Replay:
    """Moves through a chart as records tell it."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.active: Active = {}
        self.left: History = {}

    def play(self, records: Iterable[Record]) -> None:
        for record in records:
            mover = _MOVERS.get(record["type"])
            if mover is None:
                continue
            try:
                mover(self, record)
            except (LookupError, StopIteration, MachineError):
                raise _LostError("{what} is not there any more", what=_what(record)) from None

    def start(self, record: Record) -> None:
        self._arrive(record, self.chart.enter())

    def step(self, record: Record) -> None:
        """The branch that was taken, or else another of its list that leads there."""
        moves = record["moves"]
        edges = [self.chart.branches[source, kind] for source, kind, _ in moves]
        places = [place or 0 for _, _, place in moves]
        first = [
            list_[place] for list_, place in zip(edges, places, strict=True) if place < len(list_)
        ]
        tries = [first] if len(first) == len(edges) else []
        if len(edges) == 1:
            tries += [[edge] for edge in edges[0] if [edge] not in tries]
        for chosen in tries:
            moved = self.chart.move(self.active, self.left, chosen)
            if list(self.chart.leaves(moved.active)) == record["to"]:
                self._arrive(record, moved)
                return
        raise _LostError(
            "{what} leads elsewhere than to {states}",
            what=_what(record),
            states=", ".join(record["to"]),
        )

    def put(self, record: Record) -> None:
        self._arrive(record, self.chart.put(self.active, self.left, record["state"]))

    def migrate(self, record: Record) -> None:
        names = [name for leaf in record["to"] for name in self.chart.ancestors[leaf]]
        self.active = {self.chart.states[name].region: name for name in names}

    def _arrive(self, record: Record, moved: Any) -> None:
        if list(self.chart.leaves(moved.active)) != record["to"]:
            raise _LostError(
                "{what} leads elsewhere than to {states}",
                what=_what(record),
                states=", ".join(record["to"]),
            )
        self.active, self.left = moved.active, moved.left


def _what(record: Record) -> str:
    if record["type"] == "run-started":
        return "the start"
    moves: Sequence[Sequence[str]] = record.get("moves", ())
    names = [f"{source}/{kind.removeprefix('step ')}" for source, kind, *_ in moves]
    return ", ".join(names) or str(record.get("state", record["type"]))


_MOVERS: dict[str, Callable[[_Replay, Record], None]] = {
    "run-started": _Replay.start,
    "step-taken": _Replay.step,
    "moved": _Replay.step,
    "deviated": _Replay.put,
    "run-migrated": _Replay.migrate,
}
