"""Gathers the report of an incident as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.engine.agreed import agreed
from handrail.engine.audit.formats import SEALED
from handrail.engine.audit.path import path_of_run
from handrail.engine.audit.report import sections
from handrail.engine.audit.report.cast import Cast
from handrail.engine.audit.report.proof import proof_of
from handrail.engine.audit.report.timeline import Timeline
from handrail.engine.audit.report.voice import Voice
from handrail.engine.audit.story import Story, story_of
from handrail.engine.clock import stamp
from handrail.engine.custody.logkey import read_verifier
from handrail.engine.documents.drawing.svg import svg
from handrail.engine.sealing import REDACTED, Unsealed
from handrail.engine.store.rows import Filter
from handrail.engine.text import pick

if TYPE_CHECKING:
    from handrail.engine.audit.path import RunPath
    from handrail.engine.documents.drawing.style import Theme
    from handrail.engine.engine import Engine
    from handrail.engine.machine.site import Site
    from handrail.engine.machine.state import World
    from handrail.engine.store.base import Reader

__all__ = ["report"]

Report = dict[str, Any]


def report(
    engine: Engine,
    incident: str,
    *,
    clear: bool = False,
    names: bool = False,
    theme: Theme | None = None,
) -> Report:
    """Gather the report of an incident.

    :param clear: with the personal values that are still there; else ``[sealed]``.
    :param names: show people's names; otherwise their roles and a number.
    :param theme: draw each protocol, with its path, for such a page; ``None``: do not.
    :raises NotFoundError: there is no such incident.
    """
    with engine.reading() as reader:
        loaded = engine.casebook.load(reader, incident)
        world = engine.shelf.world(engine.shelf.site(), drill=loaded.case.drill)
        story = story_of(world, reader.log(Filter(case=incident)))
        assert story is not None  # noqa: S101 - the case was loaded
        return _Builder(engine, reader, world, story, clear=clear, names=names).report(theme)


class _Shut(Unsealed):
    """Tells of a personal value only whether it is still there."""

    def show(self, value: object) -> object:
        shown = super().show(value)
        return shown if shown is value or shown == REDACTED else SEALED


class _Builder:
    def __init__(  # noqa: PLR0913 - what a report is made of
        self,
        engine: Engine,
        reader: Reader,
        world: World,
        story: Story,
        *,
        clear: bool,
        names: bool,
    ) -> None:
        self.engine = engine
        self.reader = reader
        self.story = story
        self.site: Site = world.site
        self.lang = engine.lang
        records = [entry.record for entry in story.entries]
        cast = Cast(world.site, engine.lang, names=names)
        unsealed = (Unsealed if clear else _Shut)(reader, {story.case.id: records})
        self.voice = Voice(world, story, unsealed, cast, engine.lang)
        self.paths = {
            name: path_of_run(world.definition(run.sha256), run, records)
            for name, run in story.case.runs.items()
        }
        self.clear = clear
        self.names = names

    def report(self, theme: Theme | None) -> Report:
        moves = {
            cseq: number for path in self.paths.values() for cseq, number in path.numbers.items()
        }
        timeline = Timeline(self.voice, moves, sections.letters_of(self.story.case)).rows()
        runs = sections.runs(self.voice)
        for row in runs:
            row["agreed"] = self.agreed(row["protocol"], row["sha256"])
            if theme is not None:
                row["drawing"] = self.drawing(self.paths[row["run"]], theme)
        return {
            "incident": self.incident(),
            "made": self.made(),
            "runs": runs,
            "timeline": timeline,
            "people": sections.people(self.voice, timeline),
            "deadlines": sections.deadlines(self.voice),
            "refusals": sections.refusals(timeline),
            "deviations": sections.deviations(timeline),
            "messages": sections.messages(self.voice),
            "evidence": sections.evidence(self.voice),
            "evaluation": sections.evaluation(self.voice),
            "lessons": sections.lessons(self.voice),
            "proof": proof_of(self.reader, self.story, self.engine.store.origin, self.vkey()),
        }

    def incident(self) -> Report:
        case, loaded = self.story.case, self.story.loaded
        lifecycle = case.lifecycle
        phase = loaded.phase
        return {
            "id": case.id,
            "title": None if loaded.title is None else self.voice.text(loaded.title),
            "site": pick(self.site.title, self.lang),
            "drill": case.drill,
            "status": case.status,
            "phase": phase,
            "phase_title": self.voice.state(lifecycle, phase) if lifecycle and phase else phase,
            "outcome": case.outcome,
            "opened": case.opened,
            "closed": case.closed,
        }

    def made(self) -> Report:
        now = stamp(self.engine.clock.now())
        return {"at": now, "lang": self.lang, "clear": self.clear, "names": self.names}

    def agreed(self, protocol: str, sha256: str) -> Report | None:
        """Who agreed to a revision; a drill may run on one that nobody agreed to."""
        how = agreed(self.reader, protocol, sha256)
        if how is None:
            return None
        return {
            "since": how.since,
            "by": [self.voice.cast.approver(person, how.since) for person in how.by],
            "self_agreed": how.self_agreed,
            "signed": how.signed,
            "founding": how.founding,
        }

    def drawing(self, path: RunPath, theme: Theme) -> str:
        """The protocol as SVG, with the path marked."""
        return svg(
            path.definition,
            lang=self.lang,
            theme=theme,
            marks=path.marks,
            name=f"run-{path.run.id}",
        )

    def vkey(self) -> str | None:
        """The verifier key, where the workspace has it."""
        workspace = self.engine.workspace
        if workspace is None or not workspace.verifier.is_file():
            return None
        return str(read_verifier(workspace.verifier, self.engine.store.origin))
