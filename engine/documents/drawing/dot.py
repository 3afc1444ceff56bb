"""A definition in DOT, for Graphviz and what reads its language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handrail.engine.documents.drawing.arrows import Arrow, arrows, state_label
from handrail.engine.documents.drawing.words import Wording
from handrail.engine.machine.build import TOP
from handrail.engine.machine.definition import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.drawing.marks import Marks
    from handrail.engine.machine.definition import Definition, State

__all__ = ["dot"]

_SHAPES: Final = {
    Kind.FINAL: "shape=box, style=rounded, peripheries=2",
    Kind.DECIDING: "shape=diamond",
    Kind.RUNNING: "shape=box, peripheries=1, style=diagonals",
}
_USUAL: Final = "shape=box, style=rounded"
_NESTED: Final = frozenset({Kind.COMPOUND, Kind.PARALLEL})


def dot(
    definition: Definition, *, lang: str = "en", marks: Marks | None = None, ids: bool = False
) -> str:
    """Write a definition as DOT text."""
    wording = Wording(definition, lang, ids=ids, settings=marks.settings if marks else None)
    return "".join(f"{line}\n" for line in _Writer(wording, marks).lines())


class _Writer:
    def __init__(self, wording: Wording, marks: Marks | None) -> None:
        self.wording = wording
        self.definition = wording.definition
        self.marks = marks

    def lines(self) -> Iterator[str]:
        title = self.wording.title(self.definition.title, self.definition.id)
        yield f"digraph {_quoted(self.definition.id)} {{"
        yield f"  label={_quoted(title)}; labelloc=t; compound=true;"
        yield '  graph [fontname="sans-serif"]; node [fontname="sans-serif"];'
        yield '  edge [fontname="sans-serif", fontsize=11];'
        yield from self.region(TOP, "  ")
        for arrow in arrows(self.wording, self.marks):
            yield f"  {self.arrow(arrow)}"
        yield "}"

    def region(self, region: str, indent: str) -> Iterator[str]:
        start = f"start {region}"
        yield f"{indent}{_quoted(start)} [shape=point, width=0.15];"
        for name in self.definition.regions[region].children:
            yield from self.state(self.definition.states[name], indent)
        goal = self.definition.regions[region].start
        yield f"{indent}{_quoted(start)} -> {_quoted(goal)}{self.clipped('', goal)};"

    def state(self, state: State, indent: str) -> Iterator[str]:
        label = _quoted(state_label(self.wording, state))
        if state.kind not in _NESTED:
            look = _SHAPES.get(state.kind, _USUAL)
            yield f"{indent}{_quoted(state.id)} [label={label}, {look}{self.colour(state.id)}];"
            return
        yield f"{indent}subgraph {_quoted(f'cluster {state.id}')} {{"
        yield f"{indent}  label={label}; style=rounded;"
        yield f"{indent}  {_quoted(state.id)} [style=invis, shape=point];"
        if state.inside is not None:
            yield from self.region(state.inside, f"{indent}  ")
        for track in state.tracks:
            yield from self.track(track, f"{indent}  ")
        yield f"{indent}}}"

    def track(self, track: str, indent: str) -> Iterator[str]:
        region = self.definition.regions[track]
        title = self.wording.title(region.title, region.track or track)
        yield f"{indent}subgraph {_quoted(f'cluster {track}')} {{"
        yield f"{indent}  label={_quoted(title)}; style=dashed;"
        yield from self.region(track, f"{indent}  ")
        yield f"{indent}}}"

    def colour(self, state: str) -> str:
        if self.marks is None:
            return ""
        if state in self.marks.now:
            return ', color="#9a4a00", penwidth=3'
        return ', color="#0a58ab", penwidth=2' if state in self.marks.states else ""

    def arrow(self, arrow: Arrow) -> str:
        looks = [f"label={_quoted(arrow.label)}"] if arrow.label else []
        looks += ["style=dashed"] if arrow.automatic else []
        looks += ['color="#0a58ab", penwidth=2'] if arrow.visited else []
        ends = f"{_quoted(arrow.tail)} -> {_quoted(arrow.head)}"
        return f"{ends}{self.clipped(arrow.tail, arrow.head, looks)};"

    def clipped(self, tail: str, head: str, looks: list[str] | None = None) -> str:
        """The attributes of an edge; one at a state with others inside ends at its border."""
        found = list(looks or ())
        states = self.definition.states
        for name, end in (("ltail", tail), ("lhead", head)):
            if end and states[end].kind in _NESTED and tail != head:
                found.append(f"{name}={_quoted(f'cluster {end}')}")
        return f" [{', '.join(found)}]" if found else ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
