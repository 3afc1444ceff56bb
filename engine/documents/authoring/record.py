"""Record a scenario: play it, and write down in it what happens, for review.

What is written: ``in`` where a move has it or moved the run, ``refused`` with its
code, ``pending``, ``starts`` where it stands, and ``ends``. Everything else, comments
too, stays as it is.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from handrail.engine.documents.authoring.edits import apply_edits, change
from handrail.engine.documents.scenario import DifferenceError, Player

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from handrail.engine.documents.finding import Message
    from handrail.engine.documents.source import Source
    from handrail.engine.machine.definition import Definition, Path
    from handrail.engine.machine.site import Site

__all__ = ["record"]


def record(source: Source, data: Mapping[str, Any], definition: Definition, site: Site) -> str:
    """Return the scenario's text with what happens when it is played.

    A move that cannot be made at all (the outcome of a protocol that does not run)
    ends the recording: what comes before it is recorded.
    """
    recorder = _Recorder(data, definition, site)
    with suppress(DifferenceError):  # playing the new text tells it
        recorder.play()
    edits = [
        edit for path, members in recorder.seen for edit in change(source, path, members) if members
    ]
    return apply_edits(source.text, edits)


class _Recorder(Player):
    """Plays on, whatever was expected; ``seen`` are the members that were otherwise."""

    def __init__(self, data: Mapping[str, Any], definition: Definition, site: Site) -> None:
        super().__init__(data, definition, site)
        self.seen: list[tuple[Path, dict[str, object]]] = []
        self._now: dict[str, object] = {}

    def _move(self, path: Path, move: Mapping[str, Any]) -> None:
        before, self._now = set(self.stage.leaves), {}
        super()._move(path, move)
        if "in" not in move and set(self.stage.leaves) != before:
            self._now["in"] = self.stage.leaves
        self.seen.append((path, self._now))

    def _refused(
        self, path: Path, kind: str, move: Mapping[str, Any], refusal: list[tuple[str, Message]]
    ) -> None:
        del path, kind
        wanted, codes = move.get("refused"), [code for code, _ in refusal]
        if codes and wanted not in {True, *codes}:
            self._now["refused"] = codes[0]
            self._now["pending"] = None
        elif wanted is not None and not codes:
            self._now["refused"] = None

    def _pending(self, path: Path, kind: str, move: Mapping[str, Any], *, pending: bool) -> None:
        del path
        if kind == "step" and pending != move.get("pending", False):
            self._now["pending"] = True if pending else None

    def _see(self, path: Path, wanted: Iterable[str]) -> None:
        found = self.stage.leaves
        if set(found) == set(wanted):
            return
        if path == ("starts",):
            self.seen.append(((), {"starts": found}))
        else:
            self._now["in"] = found

    def _ends(self) -> None:
        outcome = self.stage.run.outcome
        if outcome != self.data.get("ends"):
            self.seen.append(((), {"ends": outcome}))
