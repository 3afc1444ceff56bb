"""What is taken out of a record, apart from when: who did it, and what is sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from orjson import dumps

from handrail.engine.machine.commands import ENGINE

if TYPE_CHECKING:
    Record = dict[str, Any]

__all__ = ["Who", "apart", "is_refusal", "sealed", "unsealed"]

_ACTOR: Final = 4  # members: id, roles, how, host
_PERSONAL: Final = ("name", "note", "text", "title", "why")  # members that are sealed
# Where it does not matter who of those that may it was (``known``). Where it needs two, it does.
_BY_ANYBODY: Final = frozenset(
    {
        "deviated",
        "evidence-attached",
        "fact-set",
        "incident-closed",
        "incident-opened",
        "moved",
        "noted",
        "notified",
        "run-finished",
        "run-started",
        "step-taken",
        "task-done",
        "task-skipped",
    }
)

Who = tuple[str, str, tuple[str, ...]]  # id, how it is known, roles


def is_refusal(record: Record, who: Who | None) -> bool:
    """Whether it tells that a person was refused: nothing of that is decided again."""
    return who is not None and record["type"].endswith("-refused") and type(record["drill"]) is bool


def apart(record: Record) -> tuple[str, Who | None]:
    """Take out who did it, where anybody with the roles could have."""
    actor = record["actor"]
    if type(actor) is not dict or type(actor["host"]) is not str:
        raise TypeError(actor)
    kind, how, host = record["type"], actor["how"], actor["host"]
    anybody = kind in _BY_ANYBODY and "confirmed" not in record
    if how == ENGINE or len(actor) != _ACTOR or not (anybody or kind.endswith("-refused")):
        if len(actor) == _ACTOR:
            record["actor"] = {**actor, "host": None}
        return host, None
    roles = actor["roles"]
    if type(roles) is not list or not all(type(role) is str for role in roles):
        raise TypeError(roles)
    record["actor"] = None
    return host, (actor["id"], how, tuple(roles))


def unsealed(record: Record) -> tuple[list[str], bytes]:
    """Take out the digests, in the order of a record's bytes; what was where."""
    seals, places = [], []
    facts = record.get("facts")
    if type(facts) is dict:
        for name, value in facts.items():
            if sealed(value):
                seals.append(value["sd"])
                facts[name] = None
                places.append(f"facts {name}")
    for name in _PERSONAL:
        if name in record and sealed(value := record[name]):
            seals.append(value["sd"])
            record[name] = None
            places.append(name)
    if type(record.get("sha256")) is str and type(record.get("size")) is int:
        del record["sha256"], record["size"]
        places.append("evidence")
    return seals, dumps(places)


def sealed(value: object) -> bool:
    """Whether it is a digest where a personal value would stand."""
    return type(value) is dict and len(value) == 1 and type(value.get("sd")) is str
