"""What rules look at, and how they point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.documents.finding import Finding, Message, Severity, msg, near

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handrail.engine.documents.source import Source
    from handrail.engine.machine.definition import Definition, Path, Target
    from handrail.engine.machine.site import Site

__all__ = ["Branch", "Document", "Subject", "Test", "branches", "guard_tests", "read"]

Documents = Mapping[str, Mapping[str, Any]]

# What several rules say (the catalogues take constants whose names end in _WORDS).
NO_FACT_WORDS = "there is no fact “{name}”"
NO_LIFECYCLE_WORDS = "there is no lifecycle “{name}”"
NO_PROTOCOL_WORDS = "there is no protocol “{name}”"
NO_ROLE_WORDS = "the site plan has no role “{name}”"
NO_SETTING_WORDS = "there is no setting “{name}”"
NO_STATE_WORDS = "there is no state “{name}”"
NO_TASK_WORDS = "there is no task “{name}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that its schema found nothing in, and what is known around it."""

    source: Source
    data: Mapping[str, Any]  # as it will be stored: decimals are strings
    site: Site | None  # the site plan, where one is at hand
    others: Documents | None  # the documents that it may refer to, by id; None: not known

    def found(
        self, code: str, path: Path, message: Message, *, mend: Message | None, **more: Any
    ) -> Finding:
        """A finding at the value that stands at ``path``."""
        return self.source.finding(code, message, self.source.mark(path), mend=mend, **more)

    def found_key(
        self, code: str, path: Path, message: Message, *, mend: Message | None, **more: Any
    ) -> Finding:
        """A finding at the key that leads to ``path``."""
        return self.source.finding(code, message, self.source.key(path), mend=mend, **more)

    def missing(  # noqa: PLR0913 - the parts of a finding
        self,
        code: str,
        path: Path,
        template: str,
        name: str,
        known: Iterable[str],
        *,
        key: bool = False,  # point at the key that leads to the path
        severity: Severity = Severity.ERROR,
        mend: Message | None = None,
        **params: Any,
    ) -> Finding:
        """A reference to something that is not there; ``template`` holds ``{name}``."""
        names = list(known)
        alike = near(name, names)
        return (self.found_key if key else self.found)(
            code,
            path,
            msg(template, name=name, **params),
            expected=msg("one of {names}", names=names[:_MANY]) if names else None,
            near=alike,
            mend=mend or (None if alike else _mend(name, names)),
            severity=severity,
        )


_MANY = 20
# What was too large to look at whole can still be tried.
LARGE = msg("split the protocol, or try it: handrail protocol simulate")


def _mend(name: str, known: list[str]) -> Message:
    if not known:
        return msg("add “{name}”, or take this out: there are none yet", name=name)
    return msg("name one of them, or add “{name}”", name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject(Document):
    """A machine under check."""

    definition: Definition


class Branch(NamedTuple):
    """One way on: from ``state`` by ``kind`` (a step's id, ``next`` or ``done``)."""

    state: str
    kind: str  # step | next | done
    target: Target


def branches(definition: Definition) -> Iterator[Branch]:
    """Every branch, in document order."""
    for state in definition.states.values():
        for step in state.steps.values():
            yield from (Branch(state.id, "step", target) for target in step.to)
        yield from (Branch(state.id, "next", target) for target in state.next)
        yield from (Branch(state.id, "done", target) for target in state.done)


class Test(NamedTuple):
    """One comparison in a guard, and where it stands."""

    name: str
    operator: str  # is | in | not | at-least | at-most | above | below | known
    expected: Any
    path: Path  # of what is expected
    at: Path  # of the name


def guard_tests(data: Mapping[str, Any], path: Path) -> Iterator[Test]:
    """Every comparison in a guard, in the order in which they stand."""
    for name, expected in data.items():
        here = (*path, name)
        if name in ("any", "all"):
            for index, part in enumerate(expected):
                yield from guard_tests(part, (*here, index))
        elif name == "not":
            yield from guard_tests(expected, here)
        elif isinstance(expected, Mapping):
            yield from (Test(name, key, item, (*here, key), here) for key, item in expected.items())
        else:
            yield Test(name, "in" if isinstance(expected, list) else "is", expected, here, here)


def read(data: Any, path: Path) -> Any:
    """The part of ``data`` at ``path``, or None."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data
