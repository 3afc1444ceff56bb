"""Of which records anything is learnt: who did them, when, and what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.audit.legal.heads import COMMANDS, DEADLINE
from handrail.engine.audit.legal.people import check_actor, is_plain
from handrail.engine.audit.legal.told import NO_ROLES, NOTHING

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
    "Together",
    "is_at_rest",
    "is_fit",
    "is_free",
    "is_known",
    "is_tick",
    "together",
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


class Together(NamedTuple):
    """Records that were recorded together, of which something may be known."""

    group: Sequence[Told]
    forms: Forms  # how ways are found
    # When they happened; deadlines passed by then: as ``ticks`` tries it first.
    at: str
    seals: Sequence[str]  # their digests
    roles: Roles  # of the person whose acts they tell, of whom it does not matter who it was
    once: bool  # whether all happened at one time, by one person and where that person was


def together(group: Sequence[Told]) -> Together | None:
    """What two or more tell together; None: one tells nothing."""
    keys: list[bytes] = []
    seals: list[str] = []
    at, host, who = _time_of(group), group[0].form.host, None
    roles, once = NO_ROLES, True
    for one in group:
        form = one.form
        if form is NOTHING:
            return None
        keys.append(form.key)
        seals += one.seals
        if form.host != host or (one.occurred != at and one.due is None):
            once = False
        if form.who is not None:
            if who is None:
                who, roles = form.who, form.roles
            elif form.who != who:
                once = False
    return Together(group, tuple(keys), at, seals, roles, once)


def _time_of(group: Sequence[Told]) -> str:
    for one in group:
        if one.due is None:
            return one.occurred
    return max(one.occurred for one in group)


def is_fit(moment: Moment, records: Sequence[Record]) -> bool:
    """Whether these are records that anything is learnt of, where all are of one time."""
    site = moment.site()
    return len(records) <= _MOST_AT_ONCE and all(is_plain(record, site) for record in records)


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
