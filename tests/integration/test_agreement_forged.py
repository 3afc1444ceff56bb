"""Agreements and signatures that are forged behind the engine's back, and how they are seen."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from agreement_play import does, key_of, put_plan_in_force, revised

from handrail.engine.audit.findings import Depth
from handrail.engine.audit.verify import verify
from handrail.engine.engine import Engine
from handrail.engine.ledger.checkpoint import VerifierKey
from handrail.engine.ledger.disclosure import seal
from handrail.engine.store.rows import InForce
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli_play import Desk

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")

PERSON = "suspicious-person"


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    """Revision 2 is registered; whoever holds the store writes what they like."""
    does(desk, "register", revised(desk, PERSON, 2), "--as", "greta")
    with Engine.at(Workspace(desk.home / "museum"), person="greta") as engine:
        yield engine


def codes(engine: Engine, home: Path, depth: Depth = Depth.CONSISTENT) -> set[str]:
    key = VerifierKey.parse((home / "museum" / "keys" / "log.vkey").read_text("utf-8").strip())
    return {finding.code for finding in verify(engine.store, [key], depth=depth).findings}


def forge(engine: Engine, **members: Any) -> None:
    """Put revision 2 in force with a record that the engine never made."""
    with engine.writing() as writer:
        rows = {row.revision: row for row in writer.documents(PERSON)}
        now = writer.in_force(PERSON)
        assert now is not None
        honest = json.loads(next(iter(writer.case_records(f"DOC-{PERSON}", now.cseq))))
        pin = {"id": PERSON, "revision": 2, "sha256": rows[2].sha256}
        kept = ("type", "case", "drill", "occurred", "actor", "kind", "plan", "approvals")
        draft = {key: honest[key] for key in (*kept, "self-agreed", "conditions", "settings")}
        draft |= {"protocol": pin, **members}
        (record,) = engine.casebook.write(writer, [draft])
        writer.put_in_force(
            InForce(PERSON, "protocol", rows[2].sha256, 2, record["recorded"], record["cseq"])
        )


def test_an_agreement_that_nobody_gave(engine: Engine, desk: Desk) -> None:
    forge(engine, approvals=[])
    assert codes(engine, desk.home) == {"approval-missing"}


def test_an_agreement_to_something_else_moved_here(engine: Engine, desk: Desk) -> None:
    forge(engine)
    assert codes(engine, desk.home) == {"approval-wrong"}


def test_an_agreement_by_somebody_who_is_not_management(engine: Engine, desk: Desk) -> None:
    with engine.reading() as reader:
        rows = {row.revision: row for row in reader.documents(PERSON)}
    statement = {"person": "anna", "document": {"id": PERSON, "sha256": rows[2].sha256}}
    approval = {"person": "anna", "how": "claimed", "statement": json.dumps(statement)}
    forge(engine, approvals=[approval])
    assert codes(engine, desk.home) == {"approval-wrong"}


def test_an_agreement_by_a_site_plan_of_ones_own(engine: Engine, desk: Desk) -> None:
    with engine.reading() as reader:
        (row,) = reader.documents(PERSON)[:1]
    forge(engine, plan={"id": "mine", "revision": 1, "sha256": row.sha256})
    assert codes(engine, desk.home) == {"approval-plan"}


def test_an_agreement_without_the_signature_that_the_plan_wants(desk: Desk) -> None:
    put_plan_in_force(desk, 2, keys=("helena",))
    does(desk, "register", revised(desk, PERSON, 2), "--as", "greta")
    with Engine.at(Workspace(desk.home / "museum"), person="greta") as engine:
        with engine.reading() as reader:
            plan = reader.all_in_force(kind="site")[0]
        forge(engine, plan={"id": plan.id, "revision": plan.revision, "sha256": plan.sha256})
        assert codes(engine, desk.home) == {"approval-wrong"}


@pytest.fixture
def keyed(desk: Desk) -> Iterator[Engine]:
    """A site where everything is signed, and one honest note."""
    put_plan_in_force(desk, 2, ("identify: claimed", "identify: key"), keys=("anna",))
    key = str(key_of(desk.home, "anna"))
    does(desk, "note", "1", "seen by the gate", "--as", "anna", "--key", key)
    with Engine.at(Workspace(desk.home / "museum"), person="anna") as engine:
        yield engine


def noted(engine: Engine) -> dict[str, Any]:
    with engine.reading() as reader:
        records = [json.loads(row.data) for row in reader.scan()]
    return [record for record in records if record["type"] == "noted"][-1]


def test_honest_signatures_hold_at_every_depth(keyed: Engine, desk: Desk) -> None:
    assert codes(keyed, desk.home, Depth.LEGAL) == set()


def test_a_record_that_the_person_did_not_sign(keyed: Engine, desk: Desk) -> None:
    draft = {key: value for key, value in noted(keyed).items() if key != "signature"}
    put(keyed, draft)
    assert "signature-missing" in codes(keyed, desk.home)


def test_a_signature_moved_from_another_record(keyed: Engine, desk: Desk) -> None:
    put(keyed, noted(keyed))
    assert "signature-wrong" in codes(keyed, desk.home, Depth.LEGAL)
    assert "signature-wrong" not in codes(keyed, desk.home)  # those are counted only


def test_a_signature_that_is_none(keyed: Engine, desk: Desk) -> None:
    digest, disclosure = seal("signature", "-----BEGIN SSH SIGNATURE-----")
    draft = noted(keyed) | {"signature": {"sd": digest}}
    with keyed.writing() as writer:
        writer.put_disclosures({digest: disclosure}, draft["case"])
    put(keyed, draft)
    assert "signature-wrong" in codes(keyed, desk.home, Depth.LEGAL)


def put(engine: Engine, draft: dict[str, Any]) -> None:
    """Append a record to an incident as the engine would have, without the person."""
    members = {"v", "log", "cseq", "prev", "recorded"}
    with engine.writing() as writer:
        list(engine.casebook.write(writer, [{k: v for k, v in draft.items() if k not in members}]))
