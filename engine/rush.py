"""Two operators at once: one wins, the other is told who moved it, when and where to.

Transactions come one after the other, so the second command always sees what the
first one did. It is refused, rather than taken in a state that its operator never
saw, when the run was moved after that operator looked: after the version that they
saw, or, where nothing was shown to them, after they began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handrail.engine.clock import stamp
from handrail.engine.machine.commands import Confirm, Deviate, TakeStep
from handrail.engine.machine.decide import Decision
from handrail.engine.machine.reasons import Reason, Titles

if TYPE_CHECKING:
    from datetime import datetime

    from handrail.engine.machine.commands import Command
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.state import World
    from handrail.engine.projection import LastMove, Loaded
    from handrail.engine.text import Text

__all__ = ["Rush"]


_MOVING: Final = (TakeStep, Confirm, Deviate)


class Rush:
    """Knows what this process has seen of each case."""

    def __init__(self, began: datetime) -> None:
        self._seen: dict[str, int] = {}
        self._began = stamp(began)

    def saw(self, loaded: Loaded) -> None:
        """Remember the version that was shown, or that this process made."""
        self._seen[loaded.case.id] = loaded.case.version

    def lost(self, loaded: Loaded, command: Command, if_version: int | None) -> LastMove | None:
        """The move that came first, if the command was given without knowing of it."""
        if not isinstance(command, _MOVING):
            return None
        move = loaded.moves.get(command.run)
        if move is None:
            return None
        seen = self._seen.get(loaded.case.id) if if_version is None else if_version
        if seen is None:
            return move if move.recorded > self._began else None
        return move if move.cseq >= seen else None

    def refusal(self, world: World, loaded: Loaded, command: Command, move: LastMove) -> Decision:
        """The refusal that tells who was first; it goes into the log too."""
        run = getattr(command, "run", "")
        definition = world.definition(loaded.case.runs[run].sha256)
        reason = Reason(
            "conflict",
            "{who} was first: “{protocol}” went to “{states}” at {time}; look again",
            {
                "who": move.actor,
                "protocol": Titles([definition.title]),
                "states": Titles([_title(definition, name) for name in move.to]),
                "time": move.recorded,
            },
        )
        draft = {
            "type": "step-refused",
            "case": loaded.case.id,
            "drill": loaded.case.drill,
            "occurred": command.at,
            "actor": command.actor.record(),
            "refused": reason.record(),
            "run": run,
        }
        if step := getattr(command, "step", None):
            draft["step"] = step
        after = loaded.case._replace(version=loaded.case.version + 1)
        return Decision((draft,), after, (reason,))


def _title(definition: Definition, state: str) -> Text:
    found = definition.states.get(state)
    return (found.title if found else None) or state
