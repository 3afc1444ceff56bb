"""Random machines for the drawing: nested, parallel, with loops, history, long names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from handrail.engine.machine.build import build

if TYPE_CHECKING:
    from handrail.engine.machine.definition import Definition

WORDS = (
    "go",
    "call the shift lead",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "a b c",
    "見回り",
)
MOST_STATES = 14


class _Maker:
    """Builds one document; every choice is drawn."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.made = 0
        self.ids: list[str] = []

    def document(self) -> dict[str, Any]:
        self.shells: list[tuple[str, dict[str, Any]]] = []
        top = self.region(3)
        for name, state in self.shells:
            self.fill(name, state)
        return {
            "kind": "protocol",
            "id": "drawn",
            "revision": 1,
            "title": "Drawn",
            "facts": {"sure": {"type": "yes-no"}, "size": {"type": "number"}},
            **top,
        }

    def region(self, depth: int) -> dict[str, Any]:
        count = self.draw(st.integers(1, 4))
        states = {}
        for _ in range(count):
            if self.made >= MOST_STATES and states:
                break
            name = f"s{self.made}"
            self.made += 1
            self.ids.append(name)
            states[name] = self.state(name, depth)
        inside = [name for name in self.ids if _holds(states, name)]
        return {"start": self.draw(st.sampled_from(inside)), "states": states}

    def state(self, name: str, depth: int) -> dict[str, Any]:
        kinds = ["plain", "plain", "final", "running", "deciding"]
        kinds += ["compound", "parallel"] if depth and self.made < MOST_STATES else []
        kind = self.draw(st.sampled_from(kinds))
        state: dict[str, Any] = {}
        if self.draw(st.booleans()):
            state["title"] = self.draw(st.sampled_from(WORDS))
        if kind == "final":
            return {**state, "final": "ended"}
        if kind == "running":
            state["run"] = "another"
        elif kind == "compound":
            state |= self.region(depth - 1)
        elif kind == "parallel":
            tracks = {
                f"{name}-t{at}": self.region(depth - 1)
                for at in range(self.draw(st.integers(1, 3)))
            }
            state |= {"tracks": tracks, "join": "all"}
        self.shells.append((name, {"kind": kind, "state": state}))
        return state

    def fill(self, name: str, shell: dict[str, Any]) -> None:
        state, kind = shell["state"], shell["kind"]
        if kind == "deciding":
            state["next"] = self.targets(2)
            return
        if kind in {"compound", "parallel", "running"} and self.draw(st.booleans()):
            state["done"] = self.targets(2)
        if self.draw(st.booleans()):
            state["within"] = "10m"
        steps = {f"{name}-do{at}": self.step() for at in range(self.draw(st.integers(0, 3)))}
        if steps:
            state["steps"] = steps

    def step(self) -> dict[str, Any]:
        step: dict[str, Any] = {}
        if self.draw(st.booleans()):
            step["title"] = self.draw(st.sampled_from(WORDS))
        shape = self.draw(st.sampled_from(["stay", "one", "one", "many", "resume"]))
        if shape == "one":
            step["to"] = self.draw(st.sampled_from(self.ids))
        elif shape == "many":
            step["to"] = self.targets(3)
        elif shape == "resume":
            step["to"] = {"resume": self.goal(), "else": self.goal()}
        return step

    def goal(self) -> str:
        return self.draw(st.sampled_from(self.ids))

    def targets(self, most: int) -> list[dict[str, Any]]:
        count = self.draw(st.integers(1, most))
        listed = [{"state": self.goal(), "when": {"size": {"above": at}}} for at in range(count)]
        if self.draw(st.booleans()):
            del listed[-1]["when"]
        return listed


def _holds(states: dict[str, Any], name: str) -> bool:
    for key, state in states.items():
        if key == name or _holds(state.get("states", {}), name):
            return True
        if any(_holds(track["states"], name) for track in state.get("tracks", {}).values()):
            return True
    return False


@st.composite
def machines(draw: Any) -> Definition:
    return build(_Maker(draw).document(), "0" * 64)
