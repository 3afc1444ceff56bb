"""A definition as a Mermaid ``stateDiagram-v2``, for pages that draw it themselves.

A name in brackets on an arrow is a guard; an arrow without another name is taken by
the engine itself, as in UML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handrail.engine.documents.drawing.arrows import arrows, state_label
from handrail.engine.documents.drawing.words import Wording
from handrail.engine.machine.build import TOP
from handrail.engine.machine.definition import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.drawing.marks import Marks
    from handrail.engine.machine.definition import Definition, State

__all__ = ["mermaid"]

# What ends a label or begins something else in Mermaid, and what reads the same.
_SAFE: Final = str.maketrans(
    {
        '"': "\N{RIGHT DOUBLE QUOTATION MARK}",
        "`": "\N{RIGHT SINGLE QUOTATION MARK}",
        "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
        ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
        "#": "\N{MUSIC SHARP SIGN}",
        "%": "\N{FULLWIDTH PERCENT SIGN}",
        ";": ",",
        "\n": " ",
    }
)


def mermaid(
    definition: Definition, *, lang: str = "en", marks: Marks | None = None, ids: bool = False
) -> str:
    """Write a definition as Mermaid text."""
    wording = Wording(definition, lang, ids=ids, settings=marks.settings if marks else None)
    return "".join(f"{line}\n" for line in _Writer(wording, marks).lines())


class _Writer:
    def __init__(self, wording: Wording, marks: Marks | None) -> None:
        self.wording = wording
        self.definition = wording.definition
        self.marks = marks

    def lines(self) -> Iterator[str]:
        title = self.wording.title(self.definition.title, self.definition.id)
        yield from ("---", f"title: {_quoted(title)}", "---", "stateDiagram-v2")
        yield from self.region(TOP, "    ")
        for arrow in arrows(self.wording, self.marks):
            label = f" : {arrow.label.translate(_SAFE)}" if arrow.label else ""
            yield f"    {_id(arrow.tail)} --> {_id(arrow.head)}{label}"
        yield from self.classes()

    def region(self, region: str, indent: str) -> Iterator[str]:
        yield f"{indent}[*] --> {_id(self.definition.regions[region].start)}"
        for name in self.definition.regions[region].children:
            yield from self.state(self.definition.states[name], indent)

    def state(self, state: State, indent: str) -> Iterator[str]:
        head = f"{indent}state {_quoted(state_label(self.wording, state))} as {_id(state.id)}"
        if state.kind is Kind.COMPOUND:
            yield f"{head} {{"
            yield from self.region(state.inside or "", f"{indent}    ")
            yield f"{indent}}}"
        elif state.kind is Kind.PARALLEL:
            yield f"{head} {{"
            yield from self.tracks(state, f"{indent}    ")
            yield f"{indent}}}"
        else:
            yield head
        if state.kind is Kind.FINAL:
            yield f"{indent}{_id(state.id)} --> [*]"

    def tracks(self, state: State, indent: str) -> Iterator[str]:
        for at, track in enumerate(state.tracks):
            region = self.definition.regions[track]
            title = self.wording.title(region.title, region.track or track)
            if at:
                yield f"{indent}--"
            yield f"{indent}state {_quoted(title)} as t_{_plain(track)} {{"
            yield from self.region(track, f"{indent}    ")
            yield f"{indent}}}"

    def classes(self) -> Iterator[str]:
        """Colours for a run's path; Mermaid has none for states with others inside."""
        if self.marks is None:
            return
        leaves = [
            state.id
            for state in self.definition.states.values()
            if state.kind not in {Kind.COMPOUND, Kind.PARALLEL}
        ]
        now = [_id(name) for name in leaves if name in self.marks.now]
        seen = [
            _id(name) for name in leaves if name in self.marks.states and name not in self.marks.now
        ]
        yield "    classDef seen fill:#dcebfb,stroke:#0a58ab,color:#1b2430"
        yield "    classDef now fill:#ffeccc,stroke:#9a4a00,stroke-width:3px,color:#1b2430"
        yield from (f"    class {name} seen" for name in seen)
        yield from (f"    class {name} now" for name in now)


def _quoted(text: str) -> str:
    return f'"{text.translate(_SAFE)}"'


def _id(state: str) -> str:
    """A name that is no word of Mermaid's: ``end`` and ``state`` are."""
    return f"s_{_plain(state)}"


def _plain(name: str) -> str:
    return name.replace("-", "_").replace("/", "__")
