"""Whether moves can go round at all is never denied of a protocol in which they do."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from machine_play import LIFECYCLE, PLAN, document
from machine_random import STEPS, random_facts, random_protocol

from handrail.engine.documents.rules.rings import may_ring
from handrail.engine.machine.build import build
from handrail.engine.machine.commands import Actor, Open, TakeStep
from handrail.engine.machine.decide import decide
from handrail.engine.machine.site import build_site
from handrail.engine.machine.state import World

if TYPE_CHECKING:
    from handrail.engine.machine.definition import Definition

AT = "2026-01-01T10:00:00.000000Z"
ANNA = Actor("anna", (), "claimed", "host")
LIFE = document(LIFECYCLE)


def rings(definition: Definition, rng: Random) -> bool:
    """Whether a random play of the definition meets moves without end."""
    known = {definition.id: definition, LIFE.id: LIFE}
    by_digest = {item.sha256: item for item in known.values()}
    world = World(by_digest.__getitem__, known.get, build_site(PLAN))
    opening = Open(actor=ANNA, at=AT, case="INC-1", protocol="random", lifecycle="incident")
    last = decide(world, None, opening)
    for _ in range(5):
        if any(reason.code == "loop" for reason in last.refusal):
            return True
        if last.case is None:
            return False
        name, facts = rng.choice(STEPS), random_facts(rng)
        step = TakeStep(actor=ANNA, at=AT, run="random-1", step=name, facts=facts)
        last = decide(world, last.case, step)
    return False


def test_where_moves_cannot_go_round_none_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handrail.engine.machine.turn._MOST_MOVES", 25)
    still = ringing = 0
    for seed in range(150):
        rng = Random(seed)  # noqa: S311 - a test wants the same numbers again
        definition = build(random_protocol(rng), "sha-of-random")
        quiet = not may_ring(definition)
        still += quiet
        for _ in range(4):
            rang = rings(definition, rng)
            assert not (quiet and rang), seed
            ringing += rang
    assert min(still, ringing) >= 20, (still, ringing)


@pytest.mark.parametrize(
    ("body", "may"),
    [
        ("a: {next: [{state: b}]}\n  b: {next: [{state: c}]}\n  c: {final: c}", False),
        ("a: {next: [{state: b}]}\n  b: {next: [{state: a}]}\n  c: {final: c}", True),
        ("a: {next: [{state: a}]}\n  c: {final: c}", True),
        (  # back to what lies around it, which begins there again
            "a: {start: b, states: {b: {next: [{state: a}]}}}\n  c: {final: c}",
            True,
        ),
        (  # the other track of what is entered begins too
            (
                "a: {next: [{state: c}]}\n  p: {tracks: {one: {start: b, states: {b: {}}}, "
                "two: {start: d, states: {d: {next: [{state: b}]}}}}}\n  c: {final: c}"
            ),
            True,
        ),
        (  # only a step leads back
            "a: {next: [{state: b}]}\n  b: {steps: {on: {to: a}}}\n  c: {final: c}",
            False,
        ),
        (  # a return to where it was
            (
                "a: {next: [{state: b}]}\n  b: {next: [{resume: o}]}\n"
                "  o: {start: x, states: {x: {next: [{state: b}]}}}\n  c: {final: c}"
            ),
            True,
        ),
    ],
)
def test_circles(body: str, *, may: bool) -> None:
    assert may_ring(document(f"start: a\nstates:\n  {body}\n")) is may
