"""The flat machines: one ``transitions.Machine`` for each region of a definition.

A branch lives in the machine of its domain, the innermost region that holds its
source and its goals; firing it moves that machine from one child to another. A
machine is built when it is first fired, and shared by all runs of the definition:
what it moves is a cursor of ours (FACTS: events without ``add_model``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from transitions import Event, Machine, MachineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handrail.engine.machine.structure import Edge, Structure

__all__ = ["FlatMachines", "Shot"]


class _Cursor:
    """What a flat machine moves: one region's place."""

    __slots__ = ("state",)

    state: str


class _Branch(Event):
    """A branch was judged before it is fired: nothing is asked any more, and nobody called.

    The library's own event makes ready for callbacks of eight kinds; that takes ten
    times as long as the step from one state to another, which is all there is.
    """

    def trigger(self, model: Any, *_: object, **__: object) -> bool:
        """Move a cursor.

        :raises transitions.MachineError: the branch does not start where the cursor is.
        """
        if model.state not in self.transitions:
            raise MachineError(f"“{self.name}” does not start in {model.state}")
        model.state = self.transitions[model.state][0].dest
        return True


class _Flat(Machine):
    """A flat machine of such branches."""

    event_cls = _Branch


class Shot(NamedTuple):
    """One event of one flat machine, aimed from one of its states."""

    trigger: Callable[[_Cursor], bool]
    child: str

    def fire(self) -> str:
        """Fire it; return the child that the region is in then.

        :raises transitions.MachineError: the branch does not start in that child.
        """
        cursor = _Cursor()
        cursor.state = self.child
        self.trigger(cursor)
        return cursor.state


class FlatMachines:
    """The machines of one definition."""

    def __init__(self, structure: Structure) -> None:
        self._structure = structure
        self._machines: dict[str, _Flat] = {}

    def shot(self, region: str, child: str, edge: Edge, goal: str) -> Shot:
        """A branch, ready to be fired in a region that is in ``child``."""
        return Shot(self._machine(region).events[_name(edge, goal)].trigger, child)

    def put(self, region: str, child: str, goal: str) -> str:
        """Put a region into a child of it, without a branch that leads there."""
        cursor = _Cursor()
        cursor.state = child
        self._machine(region).set_state(goal, cursor)
        return cursor.state

    def _machine(self, region: str) -> _Flat:
        machine = self._machines.get(region)
        if machine is None:
            machine = self._machines[region] = self._build(region)
        return machine

    def _build(self, region: str) -> _Flat:
        structure = self._structure
        machine = _Flat(
            None,
            states=list(structure.regions[region].children),
            initial=structure.child(region, structure.regions[region].start),
            auto_transitions=False,
            send_event=True,
        )
        for edge in structure.edges():
            if region in structure.within[edge.source]:
                source = structure.child(region, edge.source)
                for goal in set(self._goals(region, edge)):
                    machine.add_transition(_name(edge, goal), source, goal)
        return machine

    def _goals(self, region: str, edge: Edge) -> Iterator[str]:
        """The children that a branch can lead to if the region is its domain."""
        for name in self._named(edge):
            if region in self._structure.within[name]:
                yield self._structure.child(region, name)

    def _named(self, edge: Edge) -> Iterator[str]:
        """The states that a branch can lead to; for history, all that can be remembered."""
        target = edge.target
        if target is None:
            return
        if target.resume is None:
            yield from filter(None, [target.state])
            return
        yield target.resume.otherwise or target.resume.state
        for name, ancestors in self._structure.ancestors.items():
            if target.resume.state in ancestors:
                yield name


def _name(edge: Edge, goal: str) -> str:
    return f"{edge.label} {goal}"
