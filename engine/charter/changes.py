"""What is different between two revisions of a document, part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["changes"]

_ALWAYS: Final = frozenset({"revision", "answers"})  # these change with every revision


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each part that was added, removed or changed, in the order of the documents.

    ``part`` is a list of keys from the root; ``before`` or ``after`` is ``None`` where
    there is none.
    """
    return [one for one in _compare((), before, after) if one["part"][0] not in _ALWAYS]


def _compare(path: tuple[str, ...], before: Any, after: Any) -> Iterator[dict[str, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _member((*path, key), before, after, key)
    elif before != after:
        yield _change("changed", path, before, after)


def _member(
    path: tuple[str, ...], before: Mapping[str, Any], after: Mapping[str, Any], key: str
) -> Iterator[dict[str, Any]]:
    if key not in after:
        yield _change("removed", path, before[key], None)
    elif key not in before:
        yield _change("added", path, None, after[key])
    else:
        yield from _compare(path, before[key], after[key])


def _change(how: str, path: tuple[str, ...], before: Any, after: Any) -> dict[str, Any]:
    return {"how": how, "part": list(path), "before": before, "after": after}
