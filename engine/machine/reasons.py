"""Why not: refusals as data, said in the reader's language at the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.machine.guards import One
from handrail.engine.text import pick, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from handrail.engine.machine.definition import Step, Task
    from handrail.engine.machine.guards import Guard
    from handrail.engine.machine.regions import Chart
    from handrail.engine.machine.state import Run
    from handrail.engine.text import Text

__all__ = [
    "Reason",
    "Titles",
    "facts_missing",
    "no_branch",
    "not_now",
    "not_yours",
    "tasks_open",
    "unknown",
]


class Titles:
    """Titles of a document, each said in the reader's language."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self.texts = tuple(texts)

    def words(self, lang: str) -> str:
        """The titles, with commas between."""
        return ", ".join(pick(text, lang) for text in self.texts)


class Reason(NamedTuple):
    """Why not: a code, words (a message id and what fills it), and what is missing.

    A value that is a guard or a title is said in the reader's language.
    """

    code: str
    template: str
    params: Mapping[str, str | Guard | Titles]
    needs: tuple[str, ...] = ()

    def words(self, lang: str) -> str:
        """The reason as a sentence for the operator."""
        return say(lang, self.template, **self._said(lang))

    def record(self) -> dict[str, Any]:
        """The ``refused`` member of a record."""
        return {
            "code": self.code,
            "template": self.template,
            "params": self._said("en"),
            "needs": list(self.needs),
        }

    def _said(self, lang: str) -> dict[str, str]:
        return {
            key: value if isinstance(value, str) else value.words(lang)
            for key, value in self.params.items()
        }


def not_yours(by: Iterable[str]) -> Reason:
    """Somebody in one of these roles has to do it."""
    roles = tuple(dict.fromkeys(by))
    return Reason("role", "this is for {roles}", {"roles": ", ".join(roles)}, roles)


def facts_missing(names: Sequence[str]) -> Reason:
    """Facts that have to be given with it."""
    return Reason("facts", "first find out: {facts}", {"facts": ", ".join(names)}, tuple(names))


def tasks_open(tasks: Sequence[Task]) -> Reason:
    """Tasks that have to be done before."""
    names = tuple(task.id for task in tasks)
    return Reason("tasks", "still to be done: {tasks}", {"tasks": ", ".join(names)}, names)


def unknown(names: Sequence[str]) -> Reason:
    """What a guard reads and nobody can give with the step."""
    return Reason("guard", "not yet known: {names}", {"names": ", ".join(names)}, tuple(names))


def no_branch(steps: Iterable[Step]) -> Reason:
    """No branch's guard holds; each is said."""
    guards = [target.when for step in steps for target in step.to if target.when is not None]
    return Reason("guard", "only when {condition}", {"condition": One(guards)})


def not_now(run: Run, chart: Chart, step: str) -> Reason:
    """The step is not offered where the run is."""
    if run.status != "active":
        return Reason("not-now", "{run} has ended", {"run": run.id})
    now = ", ".join(chart.leaves(run.active))
    holders = ", ".join(state.id for state in chart.states.values() if step in state.steps)
    if not holders:
        params: dict[str, str | Guard] = {"step": step, "protocol": run.protocol}
        return Reason("not-now", "{protocol} has no step “{step}”", params)
    params = {"step": step, "states": holders, "now": now}
    return Reason("not-now", "“{step}” belongs to {states}; the run is in {now}", params)
