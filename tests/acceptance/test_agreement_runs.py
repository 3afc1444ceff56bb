"""What agreed revisions mean for those who run on them: briefing, migration, reviews."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agreement_play import does, put_plan_in_force, records, revised
from jsonschema import Draft202012Validator

from handrail.engine.clock import FixedClock
from handrail.engine.engine import Engine
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from cli_play import Desk

PERSON = "suspicious-person"
CASE = f"DOC-{PERSON}"
LONGER = (
    "answer-within: {type: duration, default: 5m}",
    "answer-within: {type: duration, default: 6m}",
)


def in_force(desk: Desk, path: Path, document: str = PERSON) -> None:
    """Take a revision of greta's all the way."""
    does(desk, "register", path, "--as", "greta")
    does(desk, "agreement", "start", document, "--as", "greta")
    does(desk, "agreement", "step", document, "no-objection", "--as", "julia")
    does(desk, "agree", document, "--as", "helena")


# -- briefing ------------------------------------------------------------------------------


def test_who_has_not_acknowledged_is_warned_once_and_goes_on(desk: Desk) -> None:
    said = desk("open", PERSON, "--as", "bram", "-q")
    assert (said.code, "bram has not acknowledged suspicious-person r1" in said.err) == (0, True)
    again = desk("step", "2", "danger", "--as", "bram", "-q")
    assert (again.code, again.err) == (0, "")
    other = desk("task", "1", "tell-control-room", "--as", "carla", "-q")
    assert "carla has not acknowledged" in other.err
    assert desk("open", PERSON, "--drill", "--as", "chidi", "-q").err == ""


def test_acknowledged_is_per_person_and_revision(desk: Desk) -> None:
    does(desk, "acknowledge", PERSON, "--as", "bram")
    does(desk, "acknowledge", PERSON, "--as", "bram")
    (record,) = records(desk, CASE, "document-acknowledged")
    assert record["actor"]["id"] == "bram"  # type: ignore[index]
    assert desk("open", PERSON, "--as", "bram", "-q").err == ""
    (row,) = does(desk, "acknowledge", PERSON, "--coverage", "--json").json["coverage"]
    assert (row["revision"], row["have"]) == (1, ["bram"])
    assert "anna" in row["have_not"]
    assert "julia" not in row["have_not"]  # she has no role in it
    in_force(desk, revised(desk, PERSON, 2, LONGER))
    (row,) = does(desk, "acknowledge", PERSON, "--coverage", "--json").json["coverage"]
    assert (row["revision"], row["have"]) == (2, [])
    assert "bram has not" in desk("open", PERSON, "--as", "bram", "-q").err


def test_coverage_of_everything_and_nothing_to_acknowledge(desk: Desk) -> None:
    table = does(desk, "acknowledge", "--coverage").out
    assert "suspicious-object" in table
    assert desk("acknowledge").code == 2
    other = revised(desk, PERSON, 1, ("id: suspicious-person", "id: suspicious-bird"))
    does(desk, "register", other, "--as", "greta")
    said = desk("acknowledge", "suspicious-bird", "--as", "anna", "--json")
    assert (said.code, said.json["refused"]["code"]) == (5, "not-in-force")
    assert len(records(desk, "DOC-suspicious-bird", "acknowledge-refused")) == 1


# -- migration -------------------------------------------------------------------------------


def migrate(desk: Desk, person: str = "greta") -> tuple[int, list[dict[str, Any]]]:
    said = desk("migrate", "1", "--as", person, "--json")
    return said.code, said.json["migrations"]


def test_an_incident_follows_where_it_can(desk: Desk) -> None:
    in_force(desk, revised(desk, PERSON, 2, LONGER, ("default: 10m}", "default: 20m}")))
    before = does(desk, "show", "1", "--json").json
    code, (row,) = migrate(desk)
    assert (code, row["migrated"], row["from_revision"], row["to_revision"]) == (0, True, 1, 2)
    after = does(desk, "show", "1", "--json").json
    run = after["runs"][0]
    assert (run["revision"], run["in"]) == (2, before["runs"][0]["in"])
    assert after["deadlines"][0]["due"] > before["deadlines"][0]["due"]
    (record,) = records(desk, "1", "run-migrated")
    assert record["settings"]["talk-within"] == "20m"  # type: ignore[index]
    assert migrate(desk) == (0, [])
    does(desk, "task", "1", "tell-control-room", "--as", "anna")
    does(desk, "step", "1", "conclude", "explanation=plausible", "--as", "anna")
    assert desk("audit", "verify", "--json").json["findings"] == []


def test_it_stays_where_it_cannot_and_says_why(desk: Desk) -> None:
    text = revised(desk, PERSON, 2).read_text("utf-8").replace("contact", "approach")
    path = desk.home / "renamed.yaml"
    path.write_text(text, encoding="utf-8")
    in_force(desk, path)
    (running,) = does(desk, "agreement", "show", PERSON, "--json").json["running"]
    assert running["migrated"] is False
    code, (row,) = migrate(desk)
    assert (code, row["migrated"], row["why"]["code"]) == (5, False, "cannot-follow")
    assert "contact" in row["why"]["text"]
    assert len(records(desk, "1", "migrate-refused")) == 1
    assert does(desk, "show", "1", "--json").json["runs"][0]["revision"] == 1


def test_another_way_there_is_found_when_it_is_replayed(desk: Desk) -> None:
    """The branches of a list change places: the run went where the other one now leads."""
    before = "- {state: contact, when: {linked: true}}\n          - {state: let-go}"
    after = "- {state: let-go, when: {linked: false}}\n          - {state: contact}"
    in_force(desk, revised(desk, PERSON, 2, (before, after)))
    code, (row,) = migrate(desk)
    assert (code, row["migrated"]) == (0, True), row


def test_a_fact_that_means_something_else_keeps_it(desk: Desk) -> None:
    path = revised(desk, PERSON, 2, ("type: indicator", "type: method"))
    in_force(desk, path)
    code, (row,) = migrate(desk)
    assert (code, "indicators" in row["why"]["text"]) == (5, True)


def test_migration_is_for_the_owner_and_management(desk: Desk) -> None:
    in_force(desk, revised(desk, PERSON, 2, LONGER))
    code, (row,) = migrate(desk, "anna")
    assert (code, row["why"]["code"]) == (5, "role")
    assert records(desk, "1", "migrate-refused")[0]["refused"]["code"] == "role"  # type: ignore[index]
    assert migrate(desk, "helena")[0] == 0


# -- lessons -------------------------------------------------------------------------------


def test_a_revision_answers_lessons_of_the_log(desk: Desk) -> None:
    words, name = "Tell the guards before the press comes", "INC-2026-0001-lesson-1"
    does(desk, "start", "1", "lesson", "--as", "anna")
    assert "Lessons" not in does(desk, "agreement", "list", "--as", "greta").out
    does(desk, "step", "1", "record", f"lesson={words}", "--as", "anna", "-q")
    assert f"{name}: {words}" in " ".join(does(desk, "agreement", "list").out.split())
    path = revised(desk, PERSON, 2, ("review:", f"answers: [{name}]\nreview:"), LONGER)
    assert does(desk, "register", path, "--as", "greta").err.count("lesson") == 0
    assert f"{name}: {words}" in " ".join(does(desk, "agreement", "show", PERSON).out.split())
    in_force(desk, path)
    assert does(desk, "agreement", "list", "--json").json["lessons"] == []


def test_a_lesson_that_the_log_does_not_have_is_warned_of(desk: Desk) -> None:
    name = "INC-2026-0001-lesson-7"
    path = revised(desk, PERSON, 2, ("review:", f"answers: [{name}]\nreview:"), LONGER)
    assert "does not have" in " ".join(does(desk, "register", path, "--as", "greta").err.split())
    assert "this log has no such lesson" in does(desk, "agreement", "show", PERSON).out


# -- reviews ------------------------------------------------------------------------------------


def test_a_review_falls_due_by_itself(desk: Desk) -> None:
    in_force(desk, revised(desk, PERSON, 2, ("review: {every: 365d}", "review: {every: 30d}")))
    page = does(desk, "agreement", "show", PERSON, "--json").json
    due = datetime.fromisoformat(page["due"])
    assert timedelta(days=29) < due - datetime.now(UTC) < timedelta(days=31)
    clock = FixedClock(due + timedelta(hours=1))
    with Engine.at(Workspace(desk.home / "museum"), person="greta", clock=clock) as later:
        later.tick()
        assert later.warnings == []
        assert later.charter.show(PERSON)["status"] == "review-due"
    assert len(records(desk, CASE, "deadline-passed")) == 1
    told = records(desk, CASE, "notified")[-1]
    assert told["to"] == ["head-of-security"]
    assert desk("audit", "verify", "--json").json["findings"] == []


def test_every_record_of_a_document_validates(desk: Desk) -> None:
    put_plan_in_force(
        desk, 2, ("identify: claimed", "identify: claimed\nmay: {register: [head-of-security]}")
    )
    in_force(desk, revised(desk, PERSON, 2, LONGER))
    desk("agree", PERSON, "--as", "anna")
    desk("register", revised(desk, PERSON, 3), "--as", "anna")
    desk("open", "agreement", "--as", "anna")
    does(desk, "acknowledge", PERSON, "--as", "anna")
    does(desk, "migrate", "1", "--as", "greta")
    does(desk, "agreement", "step", PERSON, "fall-due", "--as", "greta")
    does(desk, "agreement", "step", PERSON, "retire", "--as", "helena")
    schema = json.loads(
        (Path(__file__).parents[2] / "schemas" / "record.schema.json").read_text("utf-8")
    )
    validator = Draft202012Validator(schema)
    lines = desk("audit", "log", "--json").lines
    faults = [
        (line["type"], error.message)
        for line in lines
        for error in validator.iter_errors({k: v for k, v in line.items() if k != "seq"})
    ]
    assert faults == []
