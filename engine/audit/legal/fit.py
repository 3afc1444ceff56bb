"""Of which records anything is learnt: who did them, when, and what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.audit.legal.heads import COMMANDS, DEADLINE
from handrail.engine.audit.legal.people import check_actor, is_plain
from handrail.engine.audit.legal.told import NO_ROLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from handrail.engine.audit.legal.apart import Who
    from handrail.engine.audit.legal.then import Moment
    from handrail.engine.audit.legal.told import Roles, Told

    Record = Mapping[str, Any]
    Forms = bytes | tuple[bytes, ...]  # of one record, or of several recorded together

__all__ = [
    "OF_ONE",
    "OF_SEVERAL",
    "forms_of",
    "is_at_once",
    "is_at_rest",
    "is_fit",
    "is_free",
    "is_known",
    "is_tick",
    "roles_of",
    "time_of",
]

_MOST_AT_ONCE: Final = 32  # records
_DECIDED: Final = frozenset({*COMMANDS, "incident-opened", DEADLINE})
# What tells of one run.
OF_ONE: Final = frozenset(
    {
        "step-taken",
        "step-pending",
        "step-confirmed",
        "step-declined",
        "task-done",
        "task-skipped",
        "fact-set",
        "evidence-attached",
        "deviated",
        "moved",
        "notified",
    }
)
# What tells of several, or of deadlines that passed.
OF_SEVERAL: Final = OF_ONE | {
    *("incident-opened", "incident-closed", "run-started", "run-finished", DEADLINE)
}


def forms_of(tellings: Sequence[Told]) -> Forms:
    """How ways are found."""
    if len(tellings) == 1:
        return tellings[0].form.key
    return tuple([one.form.key for one in tellings])


def is_fit(moment: Moment, tellings: Sequence[Told], records: Sequence[Record]) -> bool:
    """Whether these are records that anything is learnt of, all of one time."""
    site = moment.site()
    return (
        is_at_once(tellings)
        and len(records) <= _MOST_AT_ONCE
        and all(is_plain(record, site) for record in records)
    )


def time_of(tellings: Sequence[Told]) -> str:
    """When records happened together: deadlines passed by then; as ``ticks`` tries it first."""
    for one in tellings:
        if one.due is None:
            return one.occurred
    return max(one.occurred for one in tellings)


def is_at_once(tellings: Sequence[Told]) -> bool:
    """Whether all happened at one time, by one person and where that person was."""
    at, host, who = time_of(tellings), tellings[0].form.host, None
    for one in tellings:
        form = one.form
        if form.host != host or (one.occurred != at and one.due is None):
            return False
        if form.who is not None and form.who != who:
            if who is not None:
                return False
            who = form.who
    return True


def roles_of(tellings: Sequence[Told]) -> Roles:
    """In which roles a person did it, of whom it does not matter who it was (``is_at_once``)."""
    for one in tellings:
        if one.form.who is not None:
            return one.form.roles
    return NO_ROLES


def is_known(moment: Moment, who: Who, recorded: str) -> bool:
    """Whether the site plan knows them so, in these roles, all that day."""
    name, how, roles = who
    actor = {"id": name, "how": how, "roles": roles, "host": ""}
    record, site = {"type": "", "recorded": recorded, "actor": actor}, moment.site()
    return is_plain(record, site) and check_actor(record, site, lambda: False) is None


def is_free(record: Record) -> bool:
    """Whether a record asks nothing of its case, and changes nothing in it."""
    kind = record["type"]
    aside = kind == "noted" or (kind == "evidence-attached" and "run" not in record)
    return bool(aside or kind.endswith("-refused"))


def is_at_rest(kinds: Collection[str], *, before: bool) -> bool:
    """Whether a case is at rest after records of these types; decisions run to rest."""
    return "run-migrated" not in kinds and (before or not _DECIDED.isdisjoint(kinds))


def is_tick(records: Sequence[Record]) -> bool:
    """Whether the engine looked at the clock; else, where a deadline passed, it is told late."""
    return any(one["type"] == DEADLINE and not one.get("late") for one in records)
