"""The engine and an independent interpreter agree, on anything, after every step.

``HANDRAIL_ORACLE=200000 pytest tests/unit/test_machine_oracle.py`` plays that many
sequences; a failure names its seed, which ``HANDRAIL_ORACLE_SEED`` plays again.
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from machine_oracle import Oracle, Refused
from machine_play import LIFECYCLE, PLAN, document
from machine_random import STEPS, random_facts, random_protocol

from handrail.engine.machine.build import build
from handrail.engine.machine.commands import Actor, Open, TakeStep
from handrail.engine.machine.decide import decide
from handrail.engine.machine.regions import chart_of
from handrail.engine.machine.site import build_site
from handrail.engine.machine.state import World

if TYPE_CHECKING:
    from handrail.engine.machine.decide import Decision
    from handrail.engine.machine.definition import Definition

SEQUENCES = int(os.environ.get("HANDRAIL_ORACLE", "1000"))
FIRST = int(os.environ.get("HANDRAIL_ORACLE_SEED", "0"))
EACH = 10  # sequences of one protocol
LONGEST = 12  # steps
MOST_MOVES = 20  # by themselves, in both: endless loops are common here, and slow

AT = "2026-01-01T10:00:00.000000Z"
ANNA = Actor("anna", (), "claimed", "host")
LIFE = document(LIFECYCLE)
SITE = build_site(PLAN)


@pytest.fixture(autouse=True)
def _short_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handrail.engine.machine.turn._MOST_MOVES", MOST_MOVES)
    monkeypatch.setattr("machine_oracle.MOST_MOVES", MOST_MOVES)


class Engine:
    """The same run, through ``decide``."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        known = {definition.id: definition, LIFE.id: LIFE}
        by_digest = {item.sha256: item for item in known.values()}
        self.world = World(by_digest.__getitem__, known.get, SITE)
        opening = Open(actor=ANNA, at=AT, case="INC-1", protocol="random", lifecycle="incident")
        self.last: Decision = decide(self.world, None, opening)
        self.case = self.last.case

    def step(self, name: str, facts: dict[str, Any]) -> None:
        command = TakeStep(actor=ANNA, at=AT, run="random-1", step=name, facts=facts)
        self.last = decide(self.world, self.case, command)
        self.case = self.last.case

    def told(self) -> list[str]:
        return [draft["text"] for draft in self.last.drafts if draft["type"] == "notified"]

    def where(self) -> list[str]:
        assert self.case is not None
        return list(chart_of(self.definition).leaves(self.case.runs["random-1"].active))


def both(data: dict[str, Any], definition: Definition) -> tuple[Oracle, Engine] | None:
    """Both at their start; ``None`` where that never comes to rest, in which both agree."""
    engine = Engine(definition)
    try:
        oracle = Oracle(data)
    except Refused:
        assert engine.last.refusal
        assert engine.last.refusal[0].code == "loop"
        return None
    assert not engine.last.refusal, engine.last.refusal
    assert engine.told() == oracle.told
    return oracle, engine


def compare(oracle: Oracle, engine: Engine) -> None:
    assert engine.where() == oracle.where()
    assert engine.case is not None
    run = engine.case.runs["random-1"]
    assert run.outcome == oracle.outcome
    assert run.status == ("active" if oracle.outcome is None else "finished")
    assert run.facts == oracle.facts


def play(rng: Random, data: dict[str, Any], definition: Definition) -> None:
    """One random sequence of steps."""
    found = both(data, definition)
    if found is None:
        return
    oracle, engine = found
    compare(oracle, engine)
    for _ in range(rng.randint(1, LONGEST)):
        name, facts = rng.choice(STEPS), random_facts(rng)
        engine.step(name, facts)
        agree(oracle, engine, name, facts)
        compare(oracle, engine)
        if oracle.outcome is not None:
            return


def agree(oracle: Oracle, engine: Engine, name: str, facts: dict[str, Any]) -> None:
    """Both take the step and tell the same of it, or both refuse it for the same reason."""
    reasons = [reason.code for reason in engine.last.refusal]
    try:
        told = oracle.step(name, facts)
    except Refused as refused:
        code = str(refused)
    else:
        assert (engine.told(), reasons) == (told, [])
        return
    # An unknown name that is no fact (an outcome) cannot be asked for: it is a guard's.
    assert reasons[:1] in ([code], ["guard" if code == "facts" else code])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_the_engine_and_the_oracle_agree_on_what_hypothesis_makes(rng: Random) -> None:
    data = random_protocol(rng)
    play(rng, data, build(data, "sha-of-random"))


def test_the_engine_and_the_oracle_agree_on_random_sequences() -> None:
    for seed in range(FIRST, FIRST + SEQUENCES // EACH):
        rng = Random(seed)  # noqa: S311 - a test wants the same numbers again
        data = random_protocol(rng)
        definition = build(data, "sha-of-random")
        for _ in range(EACH):
            try:
                play(rng, data, definition)
            except Exception as fault:
                fault.add_note(f"seed {seed}: HANDRAIL_ORACLE_SEED={seed} HANDRAIL_ORACLE=10")
                raise
