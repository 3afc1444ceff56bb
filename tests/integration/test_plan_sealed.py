"""The people of a site plan in the store: sealed, opened where it is read, gone for good."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from audit_play import Site
from traces_play import traces

from handrail.engine.audit.findings import Depth, Verdict
from handrail.engine.charter import register as registering
from handrail.engine.charter.registered import against_registered
from handrail.engine.charter.stored import Stored
from handrail.engine.custody.desk import Desk
from handrail.engine.custody.forget import forget
from handrail.engine.custody.found import Wanted
from handrail.engine.custody.hold import hold
from handrail.engine.custody.redact import Ground, redact
from handrail.engine.documents.check import check_all
from handrail.engine.documents.source import read_source
from handrail.engine.errors import HandrailError, NotFoundError, UsageError
from handrail.engine.ledger.disclosure import seal
from handrail.engine.plans import sealed_of
from handrail.engine.refused import RefusedError
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from handrail.engine.custody.redact import Row
    from handrail.engine.documents.check import Checked
    from handrail.engine.store.base import DocumentRow, Reader

PLAN, CASE, INC = "north-museum", "DOC-north-museum", "INC-2026-0001"
NAME, ACCOUNT = "Quirinus Aurelius Vogelzang", "quirinus.vogelzang@dock.museum"
BLOB = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + Random(17).randbytes(32)  # noqa: S311 - no secret
KEY = f"ssh-ed25519 {b64encode(BLOB).decode()} quirinus at the dock"
P17 = f'  p17: {{name: {NAME}, account: {ACCOUNT}, key: "{KEY}", roles: [guard]}}\n'
GROUND = Ground("GDPR art. 17(1)(a)", "left, and asked for it")
P = Wanted(people=["p17"])


def plan(site: Site, revision: int, *, more: str = "") -> str:
    """The site plan's text, with further people."""
    text = site.workspace.site.read_text("utf-8")
    text = re.sub(r"(?m)^id: .*$", rf"\g<0>\nrevision: {revision}", text, count=1)
    return text.replace("\npeople:\n", f"\npeople:\n{more}", 1)


def register(site: Site, text: str) -> dict[str, Any]:
    site.engine.person = "greta"
    (row,) = site.engine.register([read_source(text.encode(), "site.yaml")])
    return row


def put_in_force(site: Site, text: str) -> dict[str, Any]:
    row = register(site, text)
    site.engine.person = "helena"
    site.engine.agree([PLAN])
    return row


def stored(site: Site) -> list[DocumentRow]:
    with site.engine.reading() as reader:
        return reader.documents(PLAN)


def people(site: Site, revision: int) -> Mapping[str, Any]:
    """The people of a revision in clear."""
    row = stored(site)[revision - 1]
    with site.engine.reading():
        return site.engine.shelf.plan(row.sha256).people


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site with p17 in revision 2, who has done something."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    site = Site(tmp_path / "work")
    put_in_force(site, plan(site, 2, more=P17))
    site.engine.person = "p17"
    site.engine.open("suspicious-person", {}, title="a grey van")
    site.engine.person = "helena"
    return site


@pytest.fixture
def left(site: Site) -> Site:
    """Revision 3 is in force, without p17."""
    put_in_force(site, plan(site, 3))
    return site


def everywhere(site: Site) -> dict[str, set[str]]:
    """Each form of what is personal of p17, with the files that show it."""
    forms = {
        "name": NAME,
        "account": ACCOUNT,
        "key": KEY,
        "key in base64": b64encode(BLOB),
        "key decoded": BLOB,
        "its secret part": BLOB[-32:],
    }
    return {form: found for form, text in forms.items() if (found := traces(site.path, text))}


def test_nothing_of_the_people_lies_in_the_store_in_clear(site: Site) -> None:
    data = b"".join(path.read_bytes() for path in site.path.parent.glob("store.db*"))
    for text in (NAME, ACCOUNT, KEY, "Anna Berg", "Helena Dahl", "it is here to learn"):
        assert text.encode() not in data
    for row in stored(site):
        assert row.source == b""
    person = people(site, 2)["p17"]
    assert (person.name, person.account, person.key) == (NAME, ACCOUNT, KEY)
    assert site.verify(Depth.LEGAL, site.sign()).verdict is Verdict.OK


def test_the_same_file_is_the_same_revision(site: Site) -> None:
    before = stored(site)
    with site.engine.reading() as reader:
        size = reader.head().size
    text = plan(site, 2, more=P17)
    assert register(site, text)["sha256"] == before[-1].sha256
    with site.engine.reading() as reader:
        assert reader.head().size == size
    assert stored(site) == before
    (one,) = against_registered(site.engine, check_all([("site.yaml", text.encode())]))
    assert one.findings == ()
    with pytest.raises(UsageError, match="raise its revision"):
        register(site, text.replace(NAME, "Somebody Else"))


def test_what_stays_the_same_keeps_its_disclosure(site: Site) -> None:
    other = P17.replace(ACCOUNT, "quirinus")
    put_in_force(site, plan(site, 3, more=other))
    _, before, after = (sealed_of(json.loads(row.data)) for row in stored(site))
    assert before.keys() == after.keys()
    changed = {place for place in before if before[place] != after[place]}
    assert changed == {("p17", "account")}
    put_in_force(site, plan(site, 4, more=P17))
    assert sealed_of(json.loads(stored(site)[-1].data)) == before  # as it was once


def test_two_people_of_one_name_share_no_digest(site: Site) -> None:
    twin = P17.replace("p17:", "p18:").replace(f'key: "{KEY}", ', "")
    put_in_force(site, plan(site, 3, more=P17 + twin))
    digests = list(sealed_of(json.loads(stored(site)[-1].data)).values())
    assert len(set(digests)) == len(digests)


def test_while_the_plan_in_force_holds_somebody_they_stay(site: Site) -> None:
    for dry_run in (True, False):
        with pytest.raises(RefusedError, match="register and agree a revision without") as refused:
            redact(site.engine, CASE, P, GROUND, dry_run=dry_run)
        assert (refused.value.code, refused.value.needs) == ("in-force", ("p17",))
    assert len(records(site, "redact-refused")) == 1
    register(site, plan(site, 3))  # not agreed: revision 2 goes on
    site.engine.person = "helena"
    with pytest.raises(RefusedError, match="in force"):
        redact(site.engine, CASE, P, GROUND)
    assert people(site, 2)["p17"].name == NAME


def test_nor_can_somebody_be_removed_whom_the_next_plan_holds(left: Site) -> None:
    register(left, plan(left, 4, more=P17))
    left.engine.person = "helena"
    with pytest.raises(RefusedError, match="or the latest"):
        redact(left.engine, CASE, P, GROUND)


def records(site: Site, kind: str) -> list[dict[str, Any]]:
    with site.engine.reading() as reader:
        return [json.loads(row.data) for row in reader.log(Filter(case=CASE, type=kind))]


def test_a_person_who_is_redacted_is_gone_from_the_files(left: Site) -> None:
    assert everywhere(left)
    shown = redact(left.engine, CASE, P, GROUND, dry_run=True)
    assert {item["value"] for item in shown["removed"]} == {NAME, ACCOUNT, KEY}
    assert everywhere(left)
    row = redact(left.engine, CASE, P, GROUND)
    assert sorted(item["name"] for item in row["removed"]) == ["account", "key", "name"]
    assert (row["scrubbed"], row["plans"]) == (True, [])
    assert everywhere(left) == {}
    gone = people(left, 2)["p17"]
    assert (gone.name, gone.account, gone.key) == ("[redacted]", "[redacted]", "[redacted]")
    assert people(left, 2)["anna"].name == "Anna Berg"
    page = left.engine.charter.show(PLAN)
    assert NAME not in json.dumps(page)
    assert "[redacted]" in json.dumps(page["changes"])


def test_the_log_verifies_and_says_what_is_gone(left: Site) -> None:
    redact(left.engine, CASE, P, GROUND)
    result = left.verify(Depth.LEGAL, left.sign())
    assert (result.verdict, result.findings, result.redacted) == (Verdict.OK, (), 3)
    (record,) = records(left, "redacted")
    assert len(record["digests"]) == 3
    assert record["basis"] == GROUND.basis


def test_somebody_is_found_by_name_as_well(left: Site) -> None:
    row = redact(left.engine, CASE, Wanted(people=["vogelzang"]), GROUND)
    assert len(row["removed"]) == 3
    assert everywhere(left) == {}


def test_all_revisions_lose_a_value_at_once(site: Site) -> None:
    put_in_force(site, plan(site, 3, more=P17.replace("[guard]", "[reception]")))
    put_in_force(site, plan(site, 4))
    row = redact(site.engine, CASE, P, GROUND)
    assert len(row["removed"]) == 3
    assert [people(site, each)["p17"].name for each in (2, 3)] == ["[redacted]"] * 2


def test_who_comes_back_is_sealed_anew(left: Site) -> None:
    redact(left.engine, CASE, P, GROUND)
    put_in_force(left, plan(left, 4, more=P17))
    assert people(left, 4)["p17"].name == NAME
    assert people(left, 2)["p17"].name == "[redacted]"
    assert left.verify(Depth.LEGAL, left.sign()).verdict is Verdict.OK
    assert set(everywhere(left)) >= {"name", "account"}


def test_without_an_incident_all_goes_that_names_somebody(left: Site) -> None:
    left.engine.note(INC, f"{NAME} has the keys still")
    left.engine.note(INC, "p17 has them, and a grey van")
    left.engine.note(INC, "it is raining, and will rain on")
    shown = forget(left.engine, ["p17"], GROUND, dry_run=True)["cases"]
    assert [row["incident"] for row in shown] == [INC, CASE]
    assert [len(row["removed"]) for row in shown] == [2, 3]
    rows = forget(left.engine, ["p17"], GROUND)["cases"]
    assert [len(row["removed"]) for row in rows] == [2, 3]
    assert everywhere(left) == {}
    assert traces(left.path, "has them, and a grey van") == set()
    assert traces(left.path, "it is raining, and will rain on")
    assert left.verify(Depth.LEGAL, left.sign()).verdict is Verdict.OK
    again = forget(left.engine, ["p17"], GROUND)["cases"]  # where a program was reading still
    assert [(row["removed"], row["scrubbed"]) for row in again] == [([], True)]
    with pytest.raises(NotFoundError):
        forget(left.engine, ["nobody-here"], GROUND)


def test_where_one_case_is_held_nothing_goes_at_all(left: Site) -> None:
    left.engine.note(INC, f"{NAME} has the keys still")
    hold(left.engine, CASE, "a court asked for it")
    with pytest.raises(RefusedError, match="DOC-north-museum is under a legal hold"):
        forget(left.engine, ["p17"], GROUND)
    assert traces(left.path, "has the keys still")
    assert [one["refused"]["code"] for one in records(left, "redact-refused")] == ["held"]


def test_a_legal_hold_forbids_it(left: Site) -> None:
    hold(left.engine, CASE, "a court asked for it")
    with pytest.raises(RefusedError, match="legal hold"):
        redact(left.engine, CASE, P, GROUND)
    assert people(left, 2)["p17"].name == NAME


# -- attacks -------------------------------------------------------------------------


def digest_of(site: Site, member: str, revision: int = 2) -> str:
    return sealed_of(json.loads(stored(site)[revision - 1].data))["p17", member]


def alter(site: Site, digest: str, text: object) -> None:
    """Change a row, as who has the file can."""
    with site.engine.writing() as writer:
        execute: Any = writer._execute  # type: ignore[attr-defined]
        execute("DROP TRIGGER disclosure_no_update", ())
        execute("UPDATE disclosure SET disclosure = ? WHERE digest = ?", (text, digest))
    site.engine.shelf.forget_plans()


@pytest.mark.parametrize("member", ["name", "account", "key"])
def test_a_value_removed_without_a_redaction_is_an_attack(left: Site, member: str) -> None:
    digest = digest_of(left, member)
    with left.engine.writing() as writer:
        writer.drop_disclosures([digest], CASE)
    result = left.verify(Depth.LEGAL, left.sign())
    found = [(one.code, one.case, one.seq) for one in result.findings]
    assert (result.verdict, found) == (
        Verdict.FAIL, [("disclosure-missing", CASE, registered(left, 2))],
    )  # fmt: skip


def registered(site: Site, revision: int) -> int:
    with site.engine.reading() as reader:
        rows = list(reader.log(Filter(case=CASE, type="document-registered")))
    return rows[revision - 1].seq


@pytest.mark.parametrize("text", [seal("key", KEY.replace("AAAA", "AAAB", 1))[1], "nonsense", 7])
def test_a_value_changed_is_an_attack_and_nothing_runs_on_it(site: Site, text: object) -> None:
    alter(site, digest_of(site, "key"), text)
    result = site.verify(Depth.LEGAL)
    assert {one.code for one in result.findings} == {"disclosure-altered"}
    with pytest.raises(Exception, match="was altered"):
        site.engine.note(INC, "anything")


def test_a_value_put_back_is_an_attack(left: Site) -> None:
    digest = digest_of(left, "name")
    with left.engine.reading() as reader:
        text = reader.disclosures([digest], CASE)[digest]
    redact(left.engine, CASE, P, GROUND)
    alter(left, digest, text)
    assert {one.code for one in left.verify(Depth.LEGAL).findings} == {"redaction-undone"}


@pytest.mark.parametrize(("case", "found"), [
    (CASE, {"forged-redaction"}),
    (INC, {"disclosure-missing"}),
])  # fmt: skip
def test_a_redaction_that_the_program_would_refuse_is_found(
    site: Site, case: str, found: set[str]
) -> None:
    digest = digest_of(site, "key")
    with site.engine.writing() as writer:
        Desk(site.engine, writer).tell(
            case, {"type": "redacted", "basis": "-", "digests": [digest]}
        )
        writer.drop_disclosures([digest], CASE)
    result = site.verify(Depth.LEGAL, site.sign())
    assert {one.code for one in result.findings} == found


# -- stores of before ----------------------------------------------------------------


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose plans were stored in clear: revision 2 with p17."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with monkeypatch.context() as before:
        before.setattr(registering, "stored", _in_clear)
        site = Site(tmp_path / "work")
        put_in_force(site, plan(site, 2, more=P17))
    return site


def _in_clear(_reader: Reader, one: Checked) -> Stored:
    assert one.source is not None
    return Stored(one.canonical, one.sha256, one.source.text.encode(), {})


def test_a_plan_in_clear_is_read_and_is_still_the_file_s(old: Site) -> None:
    assert NAME in stored(old)[-1].source.decode()
    assert people(old, 2)["p17"].key == KEY
    row = register(old, plan(old, 2, more=P17))
    assert row["sha256"] == stored(old)[-1].sha256
    assert len(stored(old)) == 2
    assert old.verify(Depth.LEGAL, old.sign()).verdict is Verdict.OK


def test_of_plans_in_clear_alone_nothing_can_be_removed(old: Site) -> None:
    with pytest.raises(HandrailError, match="and stay: north-museum@2"):
        forget(old.engine, ["p17"], GROUND)


def test_the_next_revision_is_sealed_and_what_was_in_clear_is_named(old: Site) -> None:
    put_in_force(old, plan(old, 3, more=P17))
    put_in_force(old, plan(old, 4))
    assert stored(old)[2].source == b""
    shown = forget(old.engine, ["p17"], GROUND, dry_run=True)
    assert shown["plans"] == ["north-museum@2"]
    row: Row = redact(old.engine, CASE, P, GROUND)
    assert row["plans"] == ["north-museum@2"]
    assert people(old, 3)["p17"].name == "[redacted]"
    assert people(old, 2)["p17"].name == NAME
    assert old.verify(Depth.LEGAL, old.sign()).verdict is Verdict.OK
