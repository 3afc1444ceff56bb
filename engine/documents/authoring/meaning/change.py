"""One difference between two machines, and the aspects that differences are found in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

__all__ = ["Aspect", "Change", "Where", "differences"]

# ("state", "observe", "step", "assess"): kinds and ids, outermost first; the lists ``done``
# and ``next`` of a state, and where a document as a whole differs, have no id.
Where = tuple[str, ...]


class Change(NamedTuple):
    """Something that was added, removed, changed, renamed or moved."""

    how: str  # added | removed | changed | renamed | moved
    part: str  # what kind of thing it is: a key of ``PART_WORDS`` of the command
    where: Where
    before: str | None = None  # in words; ``None`` where it was not there
    after: str | None = None
    title: str | None = None  # what people call the state that it is in, or is

    def row(self) -> dict[str, Any]:
        """The same as ``--json`` shows it."""
        return {**self._asdict(), "where": list(self.where)}


class Aspect(NamedTuple):
    """One thing that is so about a part: two of the same key mean the same."""

    part: str
    key: Hashable  # ``None``: it is not there
    words: str = ""
    texts: tuple[tuple[str, str], ...] = ()  # the words by language, where they have several


def differences(
    where: Where, before: Iterable[Aspect], after: Iterable[Aspect]
) -> Iterator[Change]:
    """Compare the same aspects of a part, in their order."""
    for old, new in zip(before, after, strict=True):
        if old.key == new.key:
            continue
        if old.key is None:
            yield Change("added", new.part, where, None, new.words)
        elif new.key is None:
            yield Change("removed", old.part, where, old.words, None)
        else:
            yield Change("changed", new.part, where, *_told(old, new))


def _told(old: Aspect, new: Aspect) -> tuple[str, str]:
    """How both are said; what differs in other languages only is said in those."""
    if old.words != new.words:
        return old.words, new.words
    differ = {tag for tag, _ in set(old.texts) ^ set(new.texts)}
    said = [
        "; ".join(f"{tag}: {text}" for tag, text in one.texts if tag in differ) or one.words
        for one in (old, new)
    ]
    return said[0], said[1]
