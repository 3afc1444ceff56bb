"""What is made by place, for speed, has all its parts: no type checker counts them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from handrail.engine.audit.findings import Depth
from handrail.engine.audit.legal.told import Told
from handrail.engine.audit.verify import verify
from handrail.engine.engine import Engine
from handrail.engine.founding import found
from handrail.engine.ledger.checkpoint import VerifierKey
from handrail.engine.machine.decide import Decision
from handrail.engine.machine.judge import Verdict
from handrail.engine.machine.state import Case, Run
from handrail.engine.projection import LastMove, Loaded
from handrail.engine.store.rows import CaseHead, Entry, Head, IncidentRow, InForce
from handrail.engine.store.sqlite import SqliteStore
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_is_made_by_place_has_all_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made: set[type] = set()

    def checked(kind: Any, parts: tuple[object, ...]) -> Any:
        assert len(parts) == len(kind._fields), kind
        made.add(kind)
        return tuple.__new__(kind, parts)

    for name, module in list(sys.modules.items()):
        if name.startswith("handrail.engine.") and hasattr(module, "_new"):
            monkeypatch.setattr(module, "_new", checked)
    place = Workspace(tmp_path / "work")
    found(place.root, pack="north-museum")
    with Engine.at(place, person="helena") as engine:
        engine.agree("all")
    with Engine.at(place, person="anna") as engine:
        for _ in range(3):  # a record is told by its bytes once its like was met twice
            case = engine.open("suspicious-person")["id"]
            engine.step(case, "call-shift-lead")
        with engine.reading() as reader:
            assert {len(row) for row in reader.all_in_force()} == {len(InForce._fields)}
            assert {len(row) for row in reader.all_in_force("site")} == {len(InForce._fields)}
        assert isinstance(engine.store, SqliteStore)  # imported, when names were exchanged
        key = VerifierKey.parse(place.verifier.read_text("utf-8").strip())
        assert not verify(engine.store, [key], depth=Depth.LEGAL).findings
    kinds = {Case, CaseHead, Decision, Entry, Head, IncidentRow, LastMove, Loaded, Run, Told}
    assert made == kinds | {Verdict}
