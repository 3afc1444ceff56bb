"""Ways, costs and simulations as the objects that ``--json`` prints."""

from __future__ import annotations

from collections import Counter
from statistics import median_low
from typing import TYPE_CHECKING, Any

from handrail.engine.documents.authoring.way import PARTS, over
from handrail.engine.documents.coverage import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from handrail.engine.documents.authoring.effort import Cost, Usual
    from handrail.engine.documents.authoring.shortest import Shortest, Way
    from handrail.engine.documents.authoring.simulate import Ended, Simulation
    from handrail.engine.documents.authoring.way import Did
    from handrail.engine.machine.definition import Definition

    Row = dict[str, Any]

__all__ = ["costs", "simulation", "ways"]


def _head(definition: Definition) -> Row:
    return {"protocol": definition.id, "revision": definition.revision}


# -- effort --------------------------------------------------------------------------


def costs(definition: Definition, rows: Iterable[Cost], found: Shortest) -> Row:
    """What each outcome costs, and whether that is within the budget."""
    budget: Any = definition.data.get("budget")
    outcomes = [_cost(row, budget or {}) for row in rows]
    return {
        **_head(definition),
        "outcomes": outcomes,
        "budget": budget,
        "within": not any(row["over"] for row in outcomes),
        "exact": found.exact,
    }


def _cost(cost: Cost, budget: Mapping[str, int]) -> Row:
    way = cost.shortest
    return {
        "outcome": cost.outcome,
        "shortest": None if way is None else _short(way),
        "usual": None if cost.usual is None else _usual(cost.usual),
        "over": [] if way is None else over(way.effort, budget),
    }


def _short(way: Way) -> Row:
    names = [did.name for did in way.did if did.kind == "step"]
    return {**way.effort._asdict(), "deadlines": way.late, "way": names}


def _usual(usual: Usual) -> Row:
    way = list(usual.way)
    return {**usual.effort._asdict(), "way": way, "walks": usual.walks, "of": usual.of}


# -- ways -------------------------------------------------------------------------------


def ways(definition: Definition, found: Shortest) -> Row:
    """The shortest ways, act by act."""
    return {
        **_head(definition),
        "ways": [
            {
                "outcome": way.outcome,
                **way.effort._asdict(),
                "deadlines": way.late,
                "way": [_did(did) for did in way.did],
            }
            for way in found.ways.values()
        ],
        "missing": list(found.missing),
        "exact": found.exact,
    }


def _did(did: Did) -> Row:
    facts = {
        name: None if isinstance(value, dict) else value  # a personal one is anything
        for name, value in did.facts.items()
    }
    return {
        "kind": did.kind,
        "name": did.name,
        "by": did.by or None,
        "role": did.role or None,
        "facts": facts,
        "late": list(did.late),
        "in": list(did.leaves),
        "at": did.at,
    }


# -- simulation -----------------------------------------------------------------------------


def simulation(definition: Definition, found: Simulation, seed: int) -> Row:
    """What many walks came to."""
    known = parts(definition)
    return {
        **_head(definition),
        "runs": found.runs,
        "seed": seed,
        "outcomes": [
            _outcome(name, walks, found.runs) for name, walks in sorted(found.outcomes.items())
        ],
        "roles": _roles(found),
        "visited": [
            {"kind": part.kind, "name": part.name, "runs": found.visited[part.kind, part.name]}
            for part in known
        ],
        "stuck": [
            {"in": list(leaves), "why": list(why), "runs": runs}
            for (leaves, why), runs in found.stuck.most_common()
        ],
        "endless": found.endless,
    }


def _outcome(name: str, walks: Sequence[Ended], runs: int) -> Row:
    row: Row = {"outcome": name, "runs": len(walks), "share": round(len(walks) / runs, 4)}
    for part in PARTS:
        row[part] = _spread([getattr(walk.effort, part) for walk in walks])
    return row | {"seconds": _spread([round(walk.seconds) for walk in walks])}


def _spread(values: Sequence[int]) -> Row:
    return {"least": min(values), "median": median_low(values), "most": max(values)}


def _roles(found: Simulation) -> list[Row]:
    """Who is busy: what each role does, the busiest first."""
    total = sum(found.roles.values())
    acts: Counter[str] = Counter()
    for (role, _), count in found.roles.items():
        acts[role] += count
    return [
        {
            "role": role,
            "share": round(count / total, 4),
            "acts": round(count / found.runs, 2),
            "steps": round(_of(found, role, "step", "confirm") / found.runs, 2),
            "tasks": round(_of(found, role, "task") / found.runs, 2),
        }
        for role, count in acts.most_common()
    ]


def _of(found: Simulation, role: str, *kinds: str) -> int:
    return sum(found.roles[role, kind] for kind in kinds)
