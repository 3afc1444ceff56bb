"""What an incident shows of what people wrote and attached, and who counts as having acted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handrail.engine.engine import Engine
from handrail.engine.founding import found
from handrail.engine.refused import RefusedError
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    place = Workspace(tmp_path / "work")
    found(place.root, pack="north-museum")
    with Engine.at(place, person="helena") as engine:
        engine.agree("all")
    return place


def test_notes_and_evidence_are_there_for_the_next_guard(workspace: Workspace) -> None:
    with Engine.at(workspace, person="anna") as engine:
        case = engine.open("suspicious-person")["id"]
        engine.note(case, "He left by the back door")
        engine.attach(case, "door.jpg", b"a picture")
        engine.step(case, "call-shift-lead", note="Nobody answered the radio")
    with Engine.at(workspace, person="bram") as engine:
        view = engine.view(case)
    assert [(note["by"], note["step"], note["text"]) for note in view["notes"]] == [
        ("anna", None, "He left by the back door"),
        ("anna", "call-shift-lead", "Nobody answered the radio"),
    ]
    assert [(one["name"], one["size"]) for one in view["evidence"]] == [("door.jpg", 9)]


def test_who_was_only_refused_has_not_acted(workspace: Workspace) -> None:
    with Engine.at(workspace, person="anna") as engine:
        case = engine.open("suspicious-person")["id"]
    with Engine.at(workspace, person="karin") as engine:
        with pytest.raises(RefusedError):
            engine.step(case, "call-shift-lead")
        assert engine.view(case)["people"] == ["anna"]
        assert engine.list(mine=True) == []
