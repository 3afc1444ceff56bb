"""A second interpreter of the language's structure, to hold the engine against.

Plainly written from the pseudocode of the W3C SCXML Recommendation (1 September
2015), appendix D, with its names. It shares no code with ``engine/machine``: it reads
the document's data, knows no ``transitions``, keeps sets and sorts them.

Where the language differs from SCXML, it is said at the place:
* a completion is no event but a condition (``done`` is taken while it holds);
* a guard is three-valued, and an unknown one refuses the step;
* a history state is not declared: ``resume`` names the state whose history is meant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Oracle", "Refused"]

MOST_MOVES = 250  # microsteps of one command, the step itself among them


class Refused(Exception):  # noqa: N818 - what happens, not what is wrong with the program
    """The step is not taken; nothing has changed."""


@dataclass(eq=False)
class Node:
    """A state, a track (a compound state of SCXML), or the root (the scxml element)."""

    id: str
    kind: str  # root | compound | parallel | atomic | final
    parent: Node | None
    data: dict[str, Any]
    order: int
    above: list[Node]  # getProperAncestors(state, null): the parent first
    children: list[Node] = field(default_factory=list)

    def __repr__(self) -> str:
        return self.id


@dataclass(eq=False)
class Transition:
    """One branch of a list of targets."""

    source: Node
    target: dict[str, Any] | None  # {"state": …} or {"resume": …}; None: stays
    when: dict[str, Any] | None
    told: list[str]  # the texts of the step's own messages


class Oracle:
    """One run of one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.nodes: dict[str, Node] = {}
        self.count = 0
        self.root = self.add("", "root", None, document)
        self.tracks: dict[str, Node] = {}
        self.grow(self.root, document)
        self.configuration: set[Node] = set()
        self.history: dict[str, list[Node]] = {}  # the active atomic states when it was left
        self.facts: dict[str, Any] = {}
        self.told: list[str] = []
        self.outcome: str | None = None
        self.begin()

    # -- reading the document --------------------------------------------------------

    def add(self, key: str, kind: str, parent: Node | None, data: dict[str, Any]) -> Node:
        above = [] if parent is None else [parent, *parent.above]
        node = Node(key, kind, parent, data, self.count, above)
        self.count += 1
        self.nodes[key] = node
        if parent is not None:
            parent.children.append(node)
        return node

    def grow(self, parent: Node, data: dict[str, Any]) -> None:
        for key, value in data["states"].items():
            if "states" in value:
                self.grow(self.add(key, "compound", parent, value), value)
            elif "tracks" in value:
                node = self.add(key, "parallel", parent, value)
                for name, track in value["tracks"].items():
                    self.tracks[name] = self.add(f"{key}/{name}", "compound", node, track)
                    self.grow(self.tracks[name], track)
            else:
                self.add(key, "final" if "final" in value else "atomic", parent, value)

    # -- the tree --------------------------------------------------------------------

    def proper_ancestors(self, node: Node, until: Node | None) -> list[Node]:
        """getProperAncestors: parent first, up to but not including ``until``."""
        return node.above[: node.above.index(until)] if until in node.above else node.above

    def is_descendant(self, node: Node, other: Node) -> bool:
        return other in node.above

    def is_atomic(self, node: Node) -> bool:
        return node.kind in {"atomic", "final"}

    def atomic_states(self) -> list[Node]:
        return sorted(filter(self.is_atomic, self.configuration), key=lambda node: node.order)

    def find_lcca(self, source: Node, others: list[Node]) -> Node:
        """findLCCA: parallel states do not count, tracks and the root do."""
        for above in self.proper_ancestors(source, None):
            if above.kind in {"compound", "root"} and all(
                self.is_descendant(other, above) for other in others
            ):
                return above
        raise AssertionError(source)

    # -- guards ----------------------------------------------------------------------

    def holds(self, when: dict[str, Any] | None, outcome: Any) -> bool | None:
        """Kleene's strong conjunction of what stands in the map."""
        values = [self.part_holds(*item, outcome) for item in (when or {}).items()]
        return False if False in values else None if None in values else True

    def part_holds(self, name: str, expected: Any, outcome: Any) -> bool | None:
        if name == "all":
            values = [self.holds(item, outcome) for item in expected]
            return False if False in values else None if None in values else True
        if name == "any":
            values = [self.holds(item, outcome) for item in expected]
            return True if True in values else None if None in values else False
        if name == "not":
            value = self.holds(expected, outcome)
            return None if value is None else not value
        return self.compare(self.value(name, outcome), expected)

    def value(self, name: str, outcome: Any) -> Any:
        """The value of a name; ``None`` is unknown."""
        if name == "outcome":
            return outcome
        if name.startswith("tracks."):
            track = self.tracks[name.removeprefix("tracks.")]
            if not any(child in self.configuration for child in track.children):
                return "none"
            return self.outcome_of(track) or "active"
        return self.facts.get(name)

    def compare(self, value: Any, expected: Any) -> bool | None:
        if isinstance(expected, dict):
            if "known" in expected:
                return (value is not None) == expected["known"]
            inner = self.compare(value, expected["not"])
            return None if inner is None else not inner
        if value is None:
            return None
        wanted = expected if isinstance(expected, list) else [expected]
        return any(one in wanted for one in (value if isinstance(value, list) else [value]))

    # -- completion ------------------------------------------------------------------

    def outcome_of(self, region: Node) -> str | None:
        for child in region.children:
            if child.kind == "final" and child in self.configuration:
                return child.data["final"]
        return None

    def completion(self, node: Node) -> Any:
        """isInFinalState, with what it ended in; ``None``: it goes on."""
        if node.kind == "compound":
            return self.outcome_of(node)
        if node.kind == "parallel":
            ends = [end for track in node.children if (end := self.outcome_of(track)) is not None]
            join = node.data.get("join", "all")
            wanted = {"all": len(node.children), "any": 1}.get(join, join)
            return ends if len(ends) >= wanted else None
        return None

    # -- selecting -------------------------------------------------------------------

    def transitions(self, node: Node, event: str) -> list[Transition] | None:
        """The branches that a state has for "step NAME", "next" or "done"; None: none at all."""
        told: list[str] = []
        if event.startswith("step "):
            step = node.data.get("steps", {}).get(event.removeprefix("step "))
            if step is None:
                return None
            told = [effect["notify"]["text"] for effect in step.get("then", [])]
            targets = step.get("to")
            if targets is None:
                return [Transition(node, None, None, told)]
        else:
            targets = node.data.get(event)
            if targets is None:
                return None
        listed = targets if isinstance(targets, list) else [targets]
        read = [{"state": item} if isinstance(item, str) else item for item in listed]
        return [Transition(node, item, item.get("when"), told) for item in read]

    def select_transitions(self, event: str) -> tuple[list[Transition], bool, bool]:
        """What is enabled; whether the event was offered; whether a guard was unknown."""
        enabled: dict[Node, Transition] = {}
        offered = unknown = False
        for leaf in self.atomic_states():
            for node in [leaf, *self.proper_ancestors(leaf, None)]:
                transitions = self.transitions(node, event)
                outcome = self.completion(node)
                if transitions is None or (event == "done" and outcome is None):
                    continue
                offered = True
                value, transition = self.first(transitions, outcome if event == "done" else None)
                if value is None and event.startswith("step "):
                    unknown = True
                    break
                if transition is not None:
                    enabled[node] = transition
                    break
        return self.remove_conflicting(list(enabled.values())), offered, unknown

    def first(
        self, transitions: list[Transition], outcome: Any
    ) -> tuple[bool | None, Transition | None]:
        for transition in transitions:
            value = self.holds(transition.when, outcome)
            if value is None:
                return None, None
            if value:
                return True, transition
        return False, None

    def remove_conflicting(self, enabled: list[Transition]) -> list[Transition]:
        """removeConflictingTransitions."""
        filtered: list[Transition] = []
        for t1 in enabled:
            preempted = False
            to_remove = []
            for t2 in filtered:
                if self.compute_exit_set([t1]) & self.compute_exit_set([t2]):
                    if self.is_descendant(t1.source, t2.source):
                        to_remove.append(t2)
                    else:
                        preempted = True
                        break
            if not preempted:
                filtered = [t for t in filtered if t not in to_remove]
                filtered.append(t1)
        return filtered

    # -- targets ---------------------------------------------------------------------

    def effective_targets(self, transition: Transition) -> list[Node]:
        """getEffectiveTargetStates: the history's states, else its default."""
        target = transition.target
        if target is None:
            return []
        if "resume" not in target:
            return [self.nodes[target["state"]]]
        state = self.nodes[target["resume"]]
        leaves = self.history.get(state.id)
        if leaves is None:
            return [self.nodes[target.get("else", target["resume"])]]
        if target.get("depth") != "shallow" or self.is_atomic(state):
            return leaves
        # The children that were active: what f = lambda s0: s0.parent == s keeps.
        return [
            child
            for child in state.children
            if any(leaf is child or self.is_descendant(leaf, child) for leaf in leaves)
        ]

    def domain(self, transition: Transition) -> Node | None:
        """getTransitionDomain, for a transition of type "external"."""
        targets = self.effective_targets(transition)
        return self.find_lcca(transition.source, targets) if targets else None

    def compute_exit_set(self, transitions: list[Transition]) -> set[Node]:
        found: set[Node] = set()
        for transition in transitions:
            domain = self.domain(transition)
            if domain is not None:
                found |= {node for node in self.configuration if self.is_descendant(node, domain)}
        return found

    # -- moving ----------------------------------------------------------------------

    def microstep(self, transitions: list[Transition]) -> None:
        # Domains and targets are found once, before anything is left: the Recommendation finds
        # them again after the history was kept, also by the other transitions, which may give
        # an illegal configuration. Only what a transition itself leaves, it returns to as left.
        domains = [self.domain(transition) for transition in transitions]
        targets = [self.effective_targets(transition) for transition in transitions]
        own = [self.leaves_what_it_resumes(transition) for transition in transitions]
        self.exit_states(transitions)
        for index, transition in enumerate(transitions):
            self.told += transition.told
            if own[index]:
                targets[index] = self.effective_targets(transition)
        self.enter_states(targets, domains)

    def leaves_what_it_resumes(self, transition: Transition) -> bool:
        resumed = (transition.target or {}).get("resume")
        return resumed is not None and self.nodes[resumed] in self.compute_exit_set([transition])

    def exit_states(self, transitions: list[Transition]) -> None:
        leaving = sorted(
            self.compute_exit_set(transitions), key=lambda node: node.order, reverse=True
        )
        for node in leaving:
            self.history[node.id] = [
                leaf
                for leaf in self.atomic_states()
                if leaf is node or self.is_descendant(leaf, node)
            ]
        for node in leaving:
            self.told += [effect["notify"]["text"] for effect in node.data.get("leave", [])]
            self.configuration.remove(node)

    def enter_states(self, targets: list[list[Node]], domains: list[Node | None]) -> None:
        """enterStates, with computeEntrySet."""
        entering: set[Node] = set()
        for goals, domain in zip(targets, domains, strict=True):
            for target in goals:
                self.add_descendants(target, entering)
            for target in goals:
                self.add_ancestors(target, domain, entering)
        self.enter(entering)

    def add_descendants(self, node: Node, entering: set[Node]) -> None:
        """addDescendantStatesToEnter."""
        entering.add(node)
        if node.kind == "compound":
            start = self.nodes[node.data["start"]]
            self.add_descendants(start, entering)
            self.add_ancestors(start, node, entering)
        elif node.kind == "parallel":
            self.add_tracks(node, entering)

    def add_ancestors(self, node: Node, until: Node | None, entering: set[Node]) -> None:
        """addAncestorStatesToEnter."""
        for above in self.proper_ancestors(node, until):
            entering.add(above)
            if above.kind == "parallel":
                self.add_tracks(above, entering)

    def add_tracks(self, parallel: Node, entering: set[Node]) -> None:
        for track in parallel.children:
            if not any(self.is_descendant(one, track) for one in entering):
                self.add_descendants(track, entering)

    def enter(self, entering: set[Node]) -> None:
        for node in sorted(entering, key=lambda one: one.order):
            assert node not in self.configuration, node
            self.configuration.add(node)
            self.told += [effect["notify"]["text"] for effect in node.data.get("enter", [])]
        self.check()

    def check(self) -> None:
        """Section 3.11: a legal configuration."""
        for node in [self.root, *self.configuration]:
            active = [child for child in node.children if child in self.configuration]
            if node.kind in {"root", "compound"}:
                assert len(active) == 1, (node, active)
            if node.kind == "parallel":
                assert active == node.children, (node, active)
            assert node.parent in {None, self.root} or node.parent in self.configuration, node

    # -- running ---------------------------------------------------------------------

    def begin(self) -> None:
        entering: set[Node] = set()
        start = self.nodes[self.root.data["start"]]
        self.add_descendants(start, entering)
        self.add_ancestors(start, self.root, entering)
        self.enter(entering)
        self.rest(1)

    def rest(self, moves: int) -> None:
        """mainEventLoop's macrostep: eventless first, then what is complete."""
        while True:
            self.outcome = self.outcome_of(self.root)
            if self.outcome is not None:
                return
            enabled = self.select_transitions("next")[0] or self.select_transitions("done")[0]
            if not enabled:
                return
            moves += 1
            if moves > MOST_MOVES:
                raise Refused("loop")
            self.microstep(enabled)

    def step(self, name: str, facts: dict[str, Any]) -> list[str]:
        """Take a step; return what was told, in order.

        :raises Refused: it is not; everything is as it was.
        """
        before = (set(self.configuration), dict(self.history), dict(self.facts))
        self.told = []
        try:
            self.take(name, facts)
        except Refused:
            self.configuration, self.history, self.facts = before
            raise
        return self.told

    def take(self, name: str, facts: dict[str, Any]) -> None:
        self.facts = {**self.facts, **facts}
        enabled, offered, unknown = self.select_transitions(f"step {name}")
        if self.outcome is not None or not offered:
            raise Refused("not-now")
        if unknown:
            raise Refused("facts")
        if not enabled:
            raise Refused("guard")
        self.microstep(enabled)
        self.rest(1)

    def where(self) -> list[str]:
        """The active atomic states, in document order."""
        return [node.id for node in self.atomic_states()]
