"""Random protocols, and random steps through them, for the oracle.

Everything of the language's structure: compound, parallel, final, deciding states,
history, joins, targetless steps, automatic moves, guards on facts. Each state tells
when it is entered and left, so that the order of exits and entries can be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

__all__ = ["FACTS", "STEPS", "random_facts", "random_protocol"]

FACTS: dict[str, dict[str, Any]] = {
    "f": {"type": "yes-no"},
    "g": {"type": "yes-no"},
    "c": {"type": "choice", "of": {"x": "X", "y": "Y", "z": "Z"}},
}
STEPS = ("s", "t", "u", "v")
OUTCOMES = ("won", "lost")
MOST_STATES = 16
DEPTH = 4


def random_protocol(rng: Random) -> dict[str, Any]:
    """A document's data; every reference in it resolves."""
    grower = _Grower(rng)
    top = grower.region(0)
    for key in grower.states:
        grower.clothe(key)
    return {"kind": "protocol", "id": "random", "revision": 1, "title": "R", "facts": FACTS, **top}


def random_facts(rng: Random) -> dict[str, Any]:
    """Facts to give with a step: often none."""
    facts: dict[str, Any] = {}
    if rng.random() < 0.5:
        facts["f"] = rng.random() < 0.5
    if rng.random() < 0.3:
        facts["g"] = rng.random() < 0.5
    if rng.random() < 0.4:
        facts["c"] = rng.choice(["x", "y", "z"])
    return facts


class _Grower:
    """Grows the tree first, and clothes its states when all names are known."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.states: dict[str, dict[str, Any]] = {}
        self.tracks: list[str] = []

    def region(self, depth: int) -> dict[str, Any]:
        """``start`` and ``states``; the start is often a child, and may lie deeper."""
        keys = []
        states = {}
        for _ in range(self.rng.randint(1, 3 if depth else 4)):
            key = f"n{len(self.states)}"
            self.states[key] = {}
            first = len(self.states)
            states[key] = self.states[key]
            self.grow(states[key], depth)
            keys.append(key)
            if self.rng.random() < 0.2:
                keys += [f"n{number}" for number in range(first, len(self.states))]
        return {"start": self.rng.choice(keys), "states": states}

    def grow(self, data: dict[str, Any], depth: int) -> None:
        chance = self.rng.random()
        room = depth < DEPTH and len(self.states) < MOST_STATES
        if room and chance < 0.3:
            data.update(self.region(depth + 1))
        elif room and chance < 0.5:
            names = [f"t{len(self.tracks) + number}" for number in range(self.rng.randint(1, 3))]
            self.tracks += names
            data["tracks"] = {name: self.region(depth + 1) for name in names}
            data["join"] = self.rng.choice(["all", "any", self.rng.randint(1, len(names))])
        elif chance > (0.8 if depth else 0.9):
            data["final"] = self.rng.choice(OUTCOMES)

    # -- what stands in a state ------------------------------------------------------

    def clothe(self, key: str) -> None:
        data = self.states[key]
        data["enter"] = [_tell(f"+{key}")]
        if "final" in data:
            return
        data["leave"] = [_tell(f"-{key}")]
        if self.rng.random() < 0.15:
            data["next"] = self.targets(self.guard)
        if ("states" in data or "tracks" in data) and self.rng.random() < 0.7:
            data["done"] = self.targets(self.done_guard)
        if "next" not in data or self.rng.random() < 0.5:
            data["steps"] = {
                step: self.step(key, step) for step in STEPS if self.rng.random() < 0.4
            }

    def step(self, key: str, step: str) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if self.rng.random() < 0.5:
            data["then"] = [_tell(f"{step} of {key}")]
        chance = self.rng.random()
        if chance < 0.5:
            data["to"] = self.rng.choice(list(self.states))
        elif chance < 0.85:
            data["to"] = self.targets(self.guard)
        return data

    def targets(self, guard: Any) -> list[dict[str, Any]]:
        listed = [self.target() for _ in range(self.rng.randint(1, 3))]
        for target in listed[:-1]:
            target["when"] = guard(1)
        if self.rng.random() < 0.7:
            listed[-1]["when"] = guard(1)
        return listed

    def target(self) -> dict[str, Any]:
        names = list(self.states)
        if self.rng.random() < 0.7:
            return {"state": self.rng.choice(names)}
        kept = [name for name in names if "final" not in self.states[name]]
        target: dict[str, Any] = {"resume": self.rng.choice(kept or names)}
        if self.rng.random() < 0.4:
            target["depth"] = "shallow"
        if self.rng.random() < 0.5:
            target["else"] = self.rng.choice(names)
        return target

    def done_guard(self, depth: int) -> dict[str, Any]:
        if self.rng.random() < 0.6:
            return {"outcome": self.rng.choice(OUTCOMES)}
        return self.guard(depth)

    def guard(self, depth: int) -> dict[str, Any]:
        chance = self.rng.random()
        if not depth or chance > 0.35:
            return self.test()
        if chance > 0.25:
            return {"not": self.guard(0)}
        parts = [self.guard(0) for _ in range(self.rng.randint(1, 3))]
        return {"any" if chance > 0.12 else "all": parts}

    def test(self) -> dict[str, Any]:
        chance = self.rng.random()
        if self.tracks and chance < 0.15:
            outcome = self.rng.choice([*OUTCOMES, "active", "none"])
            return {f"tracks.{self.rng.choice(self.tracks)}": outcome}
        if chance < 0.35:
            return {self.rng.choice(["f", "g", "c"]): {"known": self.rng.random() < 0.5}}
        if chance < 0.7:
            return {self.rng.choice(["f", "g"]): self.rng.random() < 0.5}
        return {"c": self.rng.choice(["x", ["x", "y"], {"not": "z"}, {"not": ["x", "z"]}])}


def _tell(text: str) -> dict[str, Any]:
    return {"notify": {"to": ["log"], "text": text}}
