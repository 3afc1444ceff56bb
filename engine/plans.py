"""A site plan as the store holds it: what is personal of its people is sealed, each value alone.

In the place of a person's name, account and key stands a digest; the disclosures lie in
the case of the plan's agreement, ``DOC-<id>``, and can be removed there without breaking
what was hashed. A value that goes on from one revision to the next keeps its disclosure:
so the same plan has the same digest, and what is removed is gone from every revision. What
was registered before plans were sealed is in clear, and read as it is (decision 13).
"""

from __future__ import annotations

import json
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.agreed import case_of
from handrail.engine.ledger.disclosure import reveal
from handrail.engine.machine.reasons import Reason
from handrail.engine.sealing import REDACTED, Sealer

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

    from handrail.engine.store.base import Reader

    Data = dict[str, Any]
    Place = tuple[str, str]  # a person, and the member
    Disclosures = Callable[[Iterable[str], str], Mapping[str, str]]  # as the reader's

__all__ = ["Sealed", "in_force_reason", "open_plan", "personal", "seal_plan", "sealed_of"]

_PERSONAL: Final = ("name", "account", "key")


class Sealed(NamedTuple):
    """A plan as it is to be stored."""

    data: bytes  # canonical JSON
    sha256: str  # hex, over data
    disclosures: Mapping[str, str]  # those that are new, by digest


def sealed_of(plan: Data) -> dict[Place, str]:
    """The digests of a stored plan's sealed values, by whose they are; empty: it is in clear."""
    return {
        place: value["sd"]
        for place, value in personal(plan)
        if isinstance(value, dict) and set(value) == {"sd"}
    }


def open_plan(disclosures: Disclosures, plan: Data) -> Data:
    """A stored plan in clear; what was removed of it is ``REDACTED``.

    :param disclosures: gives those of a case that are there.
    :raises ValueError: a disclosure is not the one that was sealed.
    """
    sealed = sealed_of(plan)
    if not sealed:
        return plan
    texts = disclosures(sealed.values(), case_of(plan["id"]))
    return _with(
        plan,
        {
            place: _opened(texts[digest], digest) if digest in texts else REDACTED
            for place, digest in sealed.items()
        },
    )


def _opened(text: object, digest: str) -> object:
    return reveal(digest, str(text))[1]  # a table can hold anything


def seal_plan(reader: Reader, plan: Data) -> Sealed:
    """Seal a plan; what an earlier revision of it holds as well stays sealed as it is."""
    from handrail.engine.documents.check import canonical  # noqa: PLC0415 - few plans are made

    known, sealer = _known(reader, plan["id"]), Sealer()
    data = canonical(
        _with(
            plan,
            {
                place: known.get((*place, value)) or sealer.seal(place[1], value)
                for place, value in personal(plan)
            },
        )
    )
    return Sealed(data, sha256(data).hexdigest(), sealer)


def _known(reader: Reader, id: str) -> dict[tuple[str, str, object], dict[str, str]]:  # noqa: A002 - the glossary's word
    """What stands in the stored revisions of a plan, by person, member and value."""
    found = {}
    for row in reader.documents(id):
        sealed = sealed_of(json.loads(row.data))
        texts = reader.disclosures(sealed.values(), case_of(id))
        for place, digest in sealed.items():
            with suppress(LookupError, ValueError):  # removed; or altered, which an auditor sees
                found[*place, _opened(texts[digest], digest)] = {"sd": digest}
    return found


def in_force_reason(reader: Reader, digests: Container[object]) -> Reason | None:
    """Why values of a site plan have to stay: without them nobody could tell who acts.

    :param digests: of what would go.
    """
    people = sorted({who for who, digest in _needed(reader) if digest in digests})
    if not people:
        return None
    return Reason(
        "in-force",
        "the site plan that is in force, or the latest, holds {people}: "
        "first register and agree a revision without them",
        {"people": ", ".join(people)},
        tuple(people),
    )


def _needed(reader: Reader) -> Iterator[tuple[str, str]]:
    """Of whom the plan in force, and its latest revision, hold what: people and digests."""
    for now in reader.all_in_force(kind="site"):
        rows = reader.documents(now.id)
        for row in rows:
            if row.sha256 == now.sha256 or row is rows[-1]:
                yield from ((who, one) for (who, _), one in sealed_of(json.loads(row.data)).items())


def personal(plan: Data) -> Iterator[tuple[Place, Any]]:
    """What is personal in a plan, as it stands there: a text, or a digest."""
    people = plan.get("people")
    for name, person in people.items() if isinstance(people, dict) else ():
        for member in _PERSONAL:
            if isinstance(person, dict) and member in person:
                yield (name, member), person[member]


def _with(plan: Data, values: Mapping[Place, object]) -> Data:
    """The same plan, its members in the same order, with other values in these places."""
    people = dict(plan.get("people", {}))
    for (name, member), value in values.items():
        people[name] = {**people[name], member: value}
    return {**plan, "people": people} if values else plan
