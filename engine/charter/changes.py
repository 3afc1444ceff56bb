"""What is different between two revisions of a document: by what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.documents.authoring.meaning.change import Change

    Data = Mapping[str, Any]

__all__ = ["changes", "plan_changes"]

_ALWAYS: Final = frozenset({"revision", "answers"})  # these change with every revision


def changes(before: Data, after: Data, lang: str) -> list[dict[str, Any]]:
    """Each part that was added, removed or changed, as ``protocol diff`` tells it.

    :param before: the data of a revision; ``after`` of another of the same kind.
    """
    if after["kind"] == "site":
        return [one.row() for one in plan_changes(before, after)]
    from handrail.engine.documents.authoring.meaning import compare  # noqa: PLC0415 - few ask
    from handrail.engine.machine.build import build  # noqa: PLC0415 - the same

    found = compare(build(before, ""), build(after, ""), lang)
    return [one.row() for one in found if one.part not in _ALWAYS]


def plan_changes(before: Data, after: Data) -> Iterator[Change]:
    """The entries of a site plan in which two differ, by their keys."""
    yield from (one for one in _compare((), before, after) if one.where[1] not in _ALWAYS)


def _compare(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _compare((*path, key), before.get(key), after.get(key))
    elif before != after:
        yield _change(path, before, after)


def _change(path: tuple[str, ...], before: Any, after: Any) -> Change:
    from handrail.engine.documents.authoring.meaning.change import Change  # noqa: PLC0415 - above

    how = "added" if before is None else "removed" if after is None else "changed"
    return Change(how, "entry", ("entry", ".".join(path)), _said(before), _said(after))


def _said(value: Any) -> str | None:
    """A value in one line, without what only programs need to read it."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_said(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(str(_said(item)) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
