"""A checked protocol never gets stuck: whatever possible step is taken, there is a way on.

Random protocols (``machine_random``) are mended as an author would, until most of
them check; those that check are played to the end by taking any possible step.
``HANDRAIL_STUCK=20000`` plays that many.
"""

from __future__ import annotations

import json
import os
from random import Random
from typing import TYPE_CHECKING, Any

from machine_play import LIFECYCLE, PLAN, document
from machine_random import random_protocol

from handrail.engine.documents.check import check_bytes
from handrail.engine.machine.commands import Actor, Open, TakeStep
from handrail.engine.machine.decide import decide
from handrail.engine.machine.judge import judge, offered
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.site import build_site
from handrail.engine.machine.state import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.state import Case, Run

PROTOCOLS = int(os.environ.get("HANDRAIL_STUCK", "40"))
LONGEST = 40  # steps of one play; a play that is still on its way then is not stuck
AT = "2026-01-01T10:00:00.000000Z"
ANNA = Actor("anna", (), "claimed", "host")
LIFE = document(LIFECYCLE)


def mended(rng: Random) -> dict[str, Any]:
    """A random protocol with the mistakes taken out that nearly all of them make."""
    data = random_protocol(rng)
    for state in list(data["states"].values()):
        if "final" not in state:
            state.setdefault("steps", {})["leave"] = {"ask": ["f", "g", "c"], "to": "end"}
    data["states"]["end"] = {"final": "ended"}
    for state in states(data):
        for key in ("enter", "leave"):
            state.pop(key, None)
        for step in state.get("steps", {}).values():
            step.pop("then", None)
            step["ask"] = ["f", "g", "c"]
            with_rest(step, "to")
        with_rest(state, "next")
        if "done" in state:
            state["done"] = [{"state": rng.choice([*data["states"]])}]
    facts = {key: {**fact, "ask": "What?"} for key, fact in data["facts"].items()}
    return {"handrail": 1, **data, "facts": facts}


def with_rest(part: dict[str, Any], key: str) -> None:
    targets = part.get(key)
    if isinstance(targets, list):
        targets[-1].pop("when", None)


def states(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for state in data.get("states", {}).values():
        yield state
        yield from states(state)
        for track in state.get("tracks", {}).values():
            yield from states(track)


def possible(world: World, case: Case, run: Run, definition: Definition) -> list[str]:
    """The steps that can be taken with the facts that they ask for."""
    chart = chart_of(definition)
    names = []
    for name in offered(chart, run):
        verdict = judge(world, case, run, chart, name, actor=ANNA, at=AT, given=GIVEN)
        if not verdict.reasons:
            names.append(name)
    return names


GIVEN: dict[str, object] = {"f": True, "g": False, "c": "x"}


def test_a_checked_protocol_never_gets_stuck() -> None:
    checked = played = 0
    seed = 0
    while checked < PROTOCOLS:
        seed += 1
        assert seed < PROTOCOLS * 40, f"only {checked} of {seed} protocols check"
        rng = Random(seed)  # noqa: S311 - a test's dice
        found = check_bytes(json.dumps(mended(rng)).encode(), "random.yaml")
        # Where the checker says that it could not look at every case, it promises nothing.
        proved = not any(finding.code == "HR312" for finding in found.findings)
        if found.ok and proved and found.definition is not None:
            checked += 1
            played += play(found.definition, rng, seed)
    assert played >= checked  # each took a step at least


def play(definition: Definition, rng: Random, seed: int) -> int:
    known = {definition.id: definition, LIFE.id: LIFE}
    digests = {item.sha256: item for item in known.values()}
    world = World(digests.__getitem__, known.get, build_site(PLAN))
    opening = Open(actor=ANNA, at=AT, case="INC-1", protocol="random", lifecycle="incident")
    decision = decide(world, None, opening)
    steps = 0
    while steps < LONGEST:
        assert decision.case is not None, f"seed {seed}: {decision.refusal}"
        run = decision.case.runs["random-1"]
        if run.status != "active":
            break
        ways = possible(world, decision.case, run, definition)
        assert ways, f"seed {seed}: stuck in {chart_of(definition).leaves(run.active)}"
        given: dict[str, object] = {
            "f": rng.random() < 0.5,
            "g": rng.random() < 0.5,
            "c": rng.choice(["x", "y", "z"]),
        }
        step = TakeStep(actor=ANNA, at=AT, run=run.id, step=rng.choice(ways), facts=given)
        decision = decide(world, decision.case, step)
        assert not decision.refusal, f"seed {seed}: {decision.refusal}"
        steps += 1
    return steps
