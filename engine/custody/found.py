"""What of a case can be removed: its personal values and attachments, by what names them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.errors import NotFoundError, UsageError
from handrail.engine.ledger.disclosure import reveal
from handrail.engine.plans import sealed_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from handrail.engine.custody.desk import Kept
    from handrail.engine.store.base import Reader

__all__ = ["Item", "Wanted", "choose", "items_of"]

_TEXTS: Final = frozenset({"note", "text", "why"})  # members in which people write freely
_CALLED: Final = frozenset({"name", "account"})  # members of a site plan that name somebody
_SHORTEST: Final = 8  # digits that name an attachment


class Item(NamedTuple):
    """One thing that can be removed."""

    seq: int  # the record that has it, by its index in the log
    type: str  # of that record
    name: str  # the fact, or the member: title, note, why, signature …
    run: str | None
    is_fact: bool
    digest: str | None  # of a personal value
    sha256: str | None  # of an attachment's bytes
    value: object  # in clear; None: of an attachment's bytes, or gone already
    gone: bool  # it has been removed before
    of: str | None = None  # whose own it is: a value of a site plan, or a signature

    def row(self, *, clear: bool) -> dict[str, Any]:
        """As ``--json`` shows it; in clear only where it is still to go."""
        row = {"seq": self.seq, "type": self.type, "name": self.name, "run": self.run}
        row |= {"digest": self.digest, "sha256": self.sha256}
        return row | ({"value": self.value} if clear else {})


class Wanted(NamedTuple):
    """What a person names; each that is given adds to the others."""

    facts: Sequence[str] = ()
    run: str | None = None  # narrows the facts to one run
    people: Sequence[str] = ()  # an id of the site plan, or words that name somebody
    attachments: Sequence[str] = ()  # SHA-256, or its beginning
    notes: Sequence[int] = ()  # numbers of records in the log
    title: bool = False
    everything: bool = False  # for retention: all but the reasons of what was removed or held

    def is_empty(self) -> bool:
        """Whether nothing is named at all."""
        return self == Wanted(run=self.run)


def items_of(reader: Reader, case: str, records: Sequence[Kept]) -> list[Item]:
    """Return all that can be removed from a case, or has been."""
    sealed = [(one, each) for one in records for each in _walk(one.record, (), _actor(one))]
    sealed += _planned(reader, records)
    texts = reader.disclosures([each.digest for _, each in sealed], case)
    items = [_value(one, each, texts.get(each.digest)) for one, each in sealed]
    return items + [
        _bytes(reader, one) for one in records if one.record["type"] == "evidence-attached"
    ]


class _Seal(NamedTuple):
    """One sealed value of a record, or of the site plan that it registers."""

    path: tuple[str, ...]  # the names that lead to it
    digest: str
    of: str | None  # as an item's


def _planned(reader: Reader, records: Sequence[Kept]) -> list[tuple[Kept, _Seal]]:
    """What is sealed in site plans, each with the record that registers the first that has it."""
    found: dict[str, tuple[Kept, _Seal]] = {}
    for one in records:
        if one.record["type"] == "document-registered" and one.record["kind"] == "site":
            row = reader.document(one.record["protocol"]["sha256"])
            for (person, member), digest in sealed_of(json.loads(row.data)).items() if row else ():
                found.setdefault(digest, (one, _Seal((member,), digest, person)))
    return list(found.values())


def _actor(one: Kept) -> str:
    return str(one.record["actor"]["id"])


def _walk(part: object, path: tuple[str, ...], person: str) -> Iterator[_Seal]:
    """Every sealed value of a part.

    :param person: who signed, where it holds a signature.
    """
    if isinstance(part, list):
        for item in part:
            yield from _walk(item, path, person)
    elif isinstance(part, dict):
        if set(part) == {"sd"}:
            own = path[-1] == "signature" and "facts" not in path[:-1]
            yield _Seal(path, part["sd"], person if own else None)
            return
        for name, item in part.items():
            yield from _walk(item, (*path, name), part.get("person", person))


def _value(one: Kept, seal: _Seal, text: str | None) -> Item:
    return Item(
        seq=one.seq,
        type=one.record["type"],
        name=seal.path[-1],
        run=one.record.get("run"),
        is_fact="facts" in seal.path[:-1],
        digest=seal.digest,
        sha256=None,
        value=None if text is None else reveal(seal.digest, text)[1],
        gone=text is None,
        of=seal.of,
    )


def _bytes(reader: Reader, one: Kept) -> Item:
    record = one.record
    return Item(
        seq=one.seq,
        type=record["type"],
        name="attachment",
        run=record.get("run"),
        is_fact=False,
        digest=None,
        sha256=record["sha256"],
        value=None,
        gone=reader.evidence(record["sha256"]) is None,
    )


def choose(items: Sequence[Item], wanted: Wanted, names: Mapping[str, Sequence[str]]) -> list[Item]:
    """Return those of the items that are wanted.

    :param names: by a person's id, what else they are called in site plans.
    :raises NotFoundError: something is named that the case does not have.
    :raises UsageError: the beginning of a SHA-256 is too short.
    """
    if wanted.everything:
        return [item for item in items if not _is_ground(item)]
    chosen: list[Item] = []
    for fact in wanted.facts:
        chosen += _facts(items, fact, wanted.run)
    for person in wanted.people:
        chosen += _person(items, person, names)
    for sha256 in wanted.attachments:
        chosen += _attachment(items, sha256)
    for seq in wanted.notes:
        chosen += _note(items, seq)
    if wanted.title:
        chosen += _some([i for i in items if i.name == "title"], "title", "-")
    return list(dict.fromkeys(chosen))


def _is_ground(item: Item) -> bool:
    """The reason of an earlier decision, which has to be answered for still."""
    return item.name == "why" and item.type in {"redacted", "held", "hold-released"}


def _facts(items: Sequence[Item], fact: str, run: str | None) -> list[Item]:
    facts = [item for item in items if item.is_fact and run in {None, item.run}]
    known = [item.name for item in facts]
    return _some([item for item in facts if item.name == fact], "personal fact", fact, known)


def _person(items: Sequence[Item], person: str, names: Mapping[str, Sequence[str]]) -> list[Item]:
    """What names somebody, whoever wrote it; and what is their own."""
    words = [word.casefold() for word in (person, *names.get(person, ())) if word.strip()]
    own: set[str | None] = {person}
    if person not in names:  # words: they mean whom a plan calls so
        own |= {item.of for item in items if item.name in _CALLED and _mentions(item.value, words)}
    own.discard(None)
    found = [
        item
        for item in items
        if (_mentions(item.value, words) if item.of is None else item.of in own)
    ]
    return _some(found, "personal value that names", person, names)


def _mentions(value: object, words: Sequence[str]) -> bool:
    if isinstance(value, list):
        return any(_mentions(item, words) for item in value)
    return isinstance(value, str) and any(word in value.casefold() for word in words)


def _attachment(items: Sequence[Item], sha256: str) -> list[Item]:
    if len(sha256) < _SHORTEST:
        raise UsageError(
            "“{sha256}” is too short: {count} digits at least", sha256=sha256, count=_SHORTEST
        )
    data = [item for item in items if item.sha256 and item.sha256.startswith(sha256.lower())]
    known = [item.sha256 for item in items if item.sha256]
    records = {item.seq for item in _some(data, "attachment", sha256, known)}
    return [item for item in items if item.seq in records and item.name in {"attachment", "name"}]


def _note(items: Sequence[Item], seq: int) -> list[Item]:
    texts = [item for item in items if item.name in _TEXTS and not item.is_fact]
    known = [str(item.seq) for item in texts]
    return _some([item for item in texts if item.seq == seq], "note", str(seq), known)


def _some(found: list[Item], kind: str, name: str, known: Iterable[str] = ()) -> list[Item]:
    if not found:
        raise NotFoundError(kind, name, known)
    return found
