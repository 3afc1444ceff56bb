"""Redaction: by a recorded decision, for good, and never under a legal hold."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from audit_play import Site
from traces_play import traces

from handrail.engine.audit.findings import Depth, Verdict
from handrail.engine.custody.desk import Desk
from handrail.engine.custody.found import Wanted
from handrail.engine.custody.hold import hold
from handrail.engine.custody.redact import Ground, redact
from handrail.engine.errors import NotFoundError, UsageError
from handrail.engine.refused import RefusedError
from handrail.engine.store.rows import Filter, OutboxRow

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "a Mr Quillfeather at the dock"
NOTE = "he said his name was QUILLFEATHER, of Mole End"
PHOTO = b"\xff\xd8 the photo of somebody \x00\x01" * 50
WHY = "asked for by the man's lawyer, Ms Grundwasser"
GROUND = Ground("GDPR art. 17(1)(d)", WHY)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site with incident 1, in which personal things were written and attached."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    site = Site(tmp_path / "work")
    site.engine.person = "anna"
    site.engine.open("suspicious-person", {}, title=TITLE)
    given = {"deviation": "carries a xylophone", "linked": "yes", "indicators": "films-dock"}
    site.engine.step(INC, "assess", given, note="calm")
    site.engine.note(INC, NOTE)
    site.engine.attach(INC, "quillfeather.jpg", PHOTO)
    site.engine.person = "helena"
    return site


INC = "INC-2026-0001"


def records(site: Site, kind: str, case: str = INC) -> list[dict[str, Any]]:
    with site.engine.reading() as reader:
        found = [(row.seq, json.loads(row.data)) for row in reader.log(Filter(case=case))]
    return [record | {"seq": seq} for seq, record in found if record["type"] == kind]


def test_every_kind_goes_and_the_log_still_verifies(site: Site) -> None:
    seq = records(site, "noted")[0]["seq"]
    digest = sha256(PHOTO).hexdigest()
    wanted = Wanted(facts=["deviation"], notes=[seq], attachments=[digest[:10]], title=True)
    assert traces(site.path, NOTE)
    assert traces(site.path, PHOTO[:40])
    row = redact(site.engine, INC, wanted, GROUND)
    assert {item["name"] for item in row["removed"]} == {
        "deviation", "text", "attachment", "name", "title",
    }  # fmt: skip
    assert row["scrubbed"] is True
    for text in (NOTE, TITLE, "carries a xylophone", "quillfeather.jpg"):
        assert traces(site.path, text) == set()
    assert traces(site.path, PHOTO[:40]) == set()
    note = site.sign()
    assert site.verify(Depth.CONSISTENT, note).findings == ()
    result = site.verify(Depth.LEGAL, note)
    assert (result.verdict, result.findings, result.redacted) == (Verdict.OK, (), 5)
    view = site.engine.view(INC)
    assert view["title"] == "[redacted]"
    assert view["facts"]["suspicious-person-1"]["deviation"] == "[redacted]"
    assert view["facts"]["suspicious-person-1"]["linked"] is True


def test_the_record_says_who_why_and_on_which_basis(site: Site) -> None:
    redact(site.engine, INC, Wanted(title=True), GROUND)
    (record,) = records(site, "redacted")
    assert record["actor"]["id"] == "helena"
    assert record["basis"] == "GDPR art. 17(1)(d)"
    assert len(record["digests"]) == 1
    assert set(record["why"]) == {"sd"}
    with site.engine.reading() as reader:
        assert record["why"]["sd"] in reader.disclosures([record["why"]["sd"]], INC)


def test_a_person_is_found_by_what_names_them_whoever_wrote_it(site: Site) -> None:
    row = redact(site.engine, INC, Wanted(people=["quillfeather"]), GROUND)
    assert sorted(item["name"] for item in row["removed"]) == ["name", "text", "title"]
    assert site.verify(Depth.CONSISTENT).findings == ()


def test_a_dry_run_shows_what_would_go_and_changes_nothing(site: Site) -> None:
    size = site.engine.view(INC)["head"]
    row = redact(site.engine, INC, Wanted(title=True), GROUND, dry_run=True)
    assert [item["value"] for item in row["removed"]] == [TITLE]
    assert site.engine.view(INC)["head"] == size
    assert site.engine.view(INC)["title"] == TITLE


def test_what_is_gone_without_a_record_is_an_attack(site: Site) -> None:
    digest = records(site, "noted")[0]["text"]["sd"]
    with site.engine.writing() as writer:
        writer.drop_disclosures([digest], INC)
        writer.drop_evidence(sha256(PHOTO).hexdigest())
    codes = {finding.code for finding in site.verify(Depth.CONSISTENT).findings}
    assert codes == {"disclosure-missing", "evidence-missing"}


def test_a_file_attached_again_after_its_redaction_is_no_attack(site: Site) -> None:
    digest = sha256(PHOTO).hexdigest()
    redact(site.engine, INC, Wanted(attachments=[digest]), GROUND)
    site.engine.attach(INC, "again.jpg", PHOTO)
    assert site.verify(Depth.CONSISTENT).findings == ()
    redact(site.engine, INC, Wanted(attachments=[digest]), GROUND)
    assert site.verify(Depth.CONSISTENT).findings == ()
    assert traces(site.path, PHOTO[:40]) == set()


def test_the_same_file_in_another_incident_goes_too_and_both_say_so(site: Site) -> None:
    site.engine.open("suspicious-object", {}, drill=True)
    other = "INC-2026-0002"
    site.engine.attach(other, "copy.jpg", PHOTO)
    digest = sha256(PHOTO).hexdigest()
    row = redact(site.engine, INC, Wanted(attachments=[digest]), GROUND)
    assert row["also"] == [other]
    assert [record["evidence"] for record in records(site, "redacted", other)] == [[digest]]
    assert records(site, "redacted", other)[0]["drill"] is True
    assert site.verify(Depth.CONSISTENT).findings == ()


def test_a_message_that_waits_with_what_was_redacted_is_withdrawn(site: Site) -> None:
    run = "suspicious-person-1"
    draft = {
        "type": "notified", "case": INC, "drill": False, "run": run, "to": ["guard"],
        "occurred": "2026-11-21T10:00:00.000000Z", "text": {"en": "look out: {deviation}"},
        "actor": {"id": "handrail", "roles": [], "how": "engine", "host": ""},
    }  # fmt: skip
    with site.engine.writing() as writer:
        (record,) = site.engine.casebook.write(writer, [draft])
        row = OutboxRow(
            case=INC, cseq=record["cseq"], run=run, to=("guard",), text="look out: a xylophone"
        )
        writer.put_outbox(row)
        waiting = len(writer.outbox())
    done = redact(site.engine, INC, Wanted(facts=["deviation"]), GROUND)
    assert done["withdrawn"] == [record["cseq"]]
    with site.engine.reading() as reader:
        assert len(reader.outbox()) == waiting - 1
    assert [one["of"] for one in records(site, "notification-failed")] == [record["cseq"]]
    assert traces(site.path, b"a xylophone") == set()


def test_a_legal_hold_forbids_it_until_it_is_released(site: Site) -> None:
    hold(site.engine, INC, "a court asked for it")
    with pytest.raises(RefusedError, match="legal hold") as refused:
        redact(site.engine, INC, Wanted(title=True), GROUND)
    assert (refused.value.code, refused.value.exit_code) == ("held", 5)
    assert site.engine.view(INC)["title"] == TITLE
    assert records(site, "redact-refused")[0]["refused"]["code"] == "held"
    hold(site.engine, INC, "judged", release=True)
    redact(site.engine, INC, Wanted(title=True), GROUND)
    assert site.engine.view(INC)["title"] == "[redacted]"
    assert site.verify(Depth.CONSISTENT).findings == ()


def test_a_removal_while_it_is_held_is_found_whoever_writes_it(site: Site) -> None:
    digest = records(site, "noted")[0]["text"]["sd"]
    hold(site.engine, INC, "a court asked for it")
    with site.engine.writing() as writer:
        draft = {"type": "redacted", "basis": "-", "digests": [digest]}
        Desk(site.engine, writer).tell(INC, draft)
        writer.drop_disclosures([digest], INC)
    hold(site.engine, INC, "judged", release=True)
    result = site.verify(Depth.CONSISTENT, site.sign())
    found = [(one.code, one.case, one.seq) for one in result.findings]
    assert (result.verdict, found) == (
        Verdict.FAIL, [("forged-redaction", INC, records(site, "redacted")[0]["seq"])],
    )  # fmt: skip


def test_a_hold_on_another_incident_keeps_the_file_that_both_have(site: Site) -> None:
    site.engine.open("suspicious-object", {}, drill=True)
    site.engine.attach("INC-2026-0002", "copy.jpg", PHOTO)
    hold(site.engine, "INC-2026-0002", "insurance")
    wanted = Wanted(attachments=[sha256(PHOTO).hexdigest()])
    with pytest.raises(RefusedError, match="INC-2026-0002 is under a legal hold"):
        redact(site.engine, INC, wanted, GROUND)


def test_only_management_may_unless_the_site_plan_says_otherwise(site: Site) -> None:
    site.engine.person = "anna"
    for act in (
        lambda: redact(site.engine, INC, Wanted(title=True), GROUND),
        lambda: hold(site.engine, INC, "because"),
    ):
        with pytest.raises(RefusedError) as refused:
            act()
        assert refused.value.exit_code == 4
    assert records(site, "redact-refused")
    assert records(site, "hold-refused")


def test_a_document_s_own_case_can_be_held_as_well(site: Site) -> None:
    case = "DOC-suspicious-person"
    assert hold(site.engine, case, "under review")["held"] is True
    with pytest.raises(RefusedError, match="already"):
        hold(site.engine, case, "twice")
    assert site.verify(Depth.LEGAL).findings == ()


def test_a_second_time_there_is_nothing_left_to_remove(site: Site) -> None:
    redact(site.engine, INC, Wanted(title=True), GROUND)
    again = redact(site.engine, INC, Wanted(title=True), GROUND)
    assert again["removed"] == []
    assert len(records(site, "redacted")) == 1


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(facts=["nothing"]),
        Wanted(facts=["linked"]),  # not personal: it was decided by
        Wanted(people=["nobody-here"]),
        Wanted(attachments=["0123456789abcdef"]),
        Wanted(notes=[0]),
    ],
)
def test_what_is_not_there_is_said(site: Site, wanted: Wanted) -> None:
    with pytest.raises(NotFoundError):
        redact(site.engine, INC, wanted, GROUND)


def test_what_is_not_named_or_not_reasoned_is_refused(site: Site) -> None:
    with pytest.raises(UsageError):
        redact(site.engine, INC, Wanted(run="suspicious-person-1"), GROUND)
    with pytest.raises(UsageError):
        Ground("", "because")
    with pytest.raises(UsageError, match="too short"):
        redact(site.engine, INC, Wanted(attachments=["abc"]), GROUND)
