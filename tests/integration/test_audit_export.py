"""Exports: each in the form that its standard says, with no personal value unless asked for."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from audit_play import Site
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from handrail.engine.audit.formats import FORMATS
from handrail.engine.audit.formats.csv import COLUMNS, neutral
from handrail.engine.audit.proof import BadProofError, verify_proof, verify_proofs
from handrail.engine.custody.export import export
from handrail.engine.errors import NotFoundError
from handrail.engine.machine.regions import chart_of
from handrail.engine.store.rows import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.machine.regions import Chart

KNOWN = Path(__file__).parents[1] / "formats"
PERSONAL = '=HYPERLINK("http://evil.example","Mr Quillfeather & <son>")'
XES = "{http://www.xes-standard.org/}"
PM4PY = os.environ.get("HANDRAIL_PM4PY")  # a Python that has pm4py, which is 400 MB and AGPL


class Log:
    """A site where some days went by."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder / "work")
        self.site.play(Random(5), 150)  # noqa: S311 - a play, not a secret
        self.site.engine.person = "helena"
        view = self.site.engine.open("suspicious-person", {}, title=PERSONAL)
        self.case = str(view["id"])
        self.site.engine.note(self.case, f"{PERSONAL}\x07 seen")

    def text(self, form: str, which: Filter = Filter(), *, clear: bool = False) -> str:  # noqa: B008 - a tuple
        pieces: list[str] = []
        export(self.site.engine, form, which, pieces.append, clear=clear)
        return "".join(pieces)

    def lines(self, form: str, which: Filter = Filter()) -> list[dict[str, Any]]:  # noqa: B008 - a tuple
        return [json.loads(line) for line in self.text(form, which).splitlines()]

    def size(self) -> int:
        with self.site.engine.reading() as reader:
            return reader.head().size


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    folder = tmp_path_factory.mktemp("export")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        yield Log(folder)


@pytest.mark.parametrize("form", FORMATS)
def test_no_personal_value_leaves_unless_asked_for(log: Log, form: str) -> None:
    text = log.text(form)
    assert "Quillfeather" not in text
    clear = log.text(form, Filter(case=log.case), clear=True)
    if form == "jsonl":
        shown = verify_proofs([json.loads(line) for line in clear.splitlines()], [log.site.key])
        assert shown["records"][0]["title"] == PERSONAL
    elif form != "xes":  # which has no place for free text
        assert "Quillfeather" in clear


@pytest.mark.parametrize("form", FORMATS)
def test_each_export_is_recorded_before_it_is_out(log: Log, form: str) -> None:
    log.text(form, Filter(case=log.case, drill=False))
    with log.site.engine.reading() as reader:
        last = next(reader.log(Filter(type="exported"), newest_first=True))
    record = json.loads(last.data)
    assert (record["format"], record["clear"]) == (form, False)
    assert record["filter"] == {"case": log.case, "drill": False}
    assert record["actor"]["id"] == "helena"


def test_each_line_is_a_proof_of_its_own(log: Log) -> None:
    lines = log.lines("jsonl")
    assert len(lines) == log.size()
    for line in lines[::9]:
        assert verify_proof(line, [log.site.key])["records"][0]["seq"] == line["records"][0]["seq"]
    shown = verify_proofs(lines, [log.site.key])
    assert [record["seq"] for record in shown["records"]] == list(range(len(lines)))


def test_a_line_that_was_altered_proves_nothing(log: Log) -> None:
    line = log.lines("jsonl", Filter(type="noted"))[0]
    line["records"][0]["record"] = line["records"][0]["record"].replace("noted", "nosed")
    with pytest.raises(BadProofError):
        verify_proof(line, [log.site.key])
    with pytest.raises(BadProofError):
        verify_proofs([], [log.site.key])


def test_filters_choose(log: Log) -> None:
    for which in (Filter(type="step-taken"), Filter(drill=False), Filter(actor="helena")):
        rows = list(csv.DictReader(io.StringIO(log.text("csv", which), newline="")))
        assert rows
        assert {row["type"] for row in rows} == {"step-taken"} or which.type is None
        assert {row["drill"] for row in rows} == {"no"} or which.drill is None
        assert {row["actor"] for row in rows} == {"helena"} or which.actor is None


# -- CSV ----------------------------------------------------------------------------


def test_csv_has_every_record_and_no_formula(log: Log) -> None:
    text = log.text("csv", clear=True)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == log.size() + 1
    assert {len(row) for row in rows} == {len(COLUMNS)}
    cells = [cell for row in rows for cell in row]
    assert f"'{PERSONAL}" in cells
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = neutral(text)
    assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"}
    assert cell in {text, f"'{text}"}


# -- OCSF ---------------------------------------------------------------------------


def test_ocsf_events_are_of_the_published_class(log: Log) -> None:
    schema = json.loads((KNOWN / "ocsf-1.5.0-entity-management.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(schema)
    events = log.lines("ocsf")
    assert len(events) == log.size()
    faults = [
        (event["metadata"]["event_code"], list(error.absolute_path), error.message)
        for event in events
        for error in validator.iter_errors(event)
    ]
    assert faults == []
    for event in events:
        assert event["metadata"]["version"] == "1.5.0"
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert len({event["metadata"]["uid"] for event in events}) == len(events)
    refused = [event for event in events if event["metadata"]["event_code"] == "step-refused"]
    assert {event["status_id"] for event in refused} == {2}


def test_the_stored_schema_asks_for_what_ocsf_requires() -> None:
    schema = json.loads((KNOWN / "ocsf-1.5.0-entity-management.schema.json").read_text("utf-8"))
    assert set(schema["required"]) == {
        "activity_id", "category_uid", "class_uid", "entity", "metadata", "severity_id", "time",
        "type_uid",
    }  # fmt: skip
    assert schema["$defs"]["Metadata"]["required"] == ["product", "version"]


# -- ECS ----------------------------------------------------------------------------


def test_ecs_documents_have_only_fields_of_the_pinned_version(log: Log) -> None:
    known = json.loads((KNOWN / "ecs-8.17.0.json").read_text("utf-8"))
    documents = log.lines("ecs")
    assert len(documents) == log.size()
    for document in documents:
        assert document["ecs"]["version"] == "8.17.0"
        flat = dict(_flat({k: v for k, v in document.items() if k != "handrail"}))
        assert set(known["required"]) <= set(flat)
        for name, value in flat.items():
            assert _is_of(known["fields"][name], value), (name, value)
        for category in flat.get("event.category", ()):
            assert set(flat["event.type"]) <= set(known["expected_event_types"][category])


def _flat(part: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        if isinstance(value, dict) and f"{path}{name}" != "labels":
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def _is_of(field: dict[str, Any], value: Any) -> bool:
    if field.get("array"):
        single = {**field, "array": False}
        return isinstance(value, list) and all(_is_of(single, item) for item in value)
    if value not in field.get("allowed", [value]):
        return False
    match field["type"]:
        case "long":
            return type(value) is int
        case "object":
            return all(isinstance(item, str) for item in value.values())
        case "date":
            return datetime.fromisoformat(value).tzinfo is not None
    return isinstance(value, str)


# -- XES ----------------------------------------------------------------------------


def test_xes_has_a_trace_for_each_case_and_an_event_for_each_record(log: Log) -> None:
    root = ET.fromstring(log.text("xes", clear=True))  # noqa: S314 - our own text
    assert root.tag == f"{XES}log"
    assert root.get("xes.version") == "1849.2016"
    prefixes = {one.get("prefix") for one in root.iter(f"{XES}extension")}
    assert prefixes == {"concept", "identity", "lifecycle", "org", "time"}
    traces = root.findall(f"{XES}trace")
    names = [_value(trace, "concept:name") for trace in traces]
    assert len(names) == len(set(names))
    assert log.case in names
    events = [event for trace in traces for event in trace.findall(f"{XES}event")]
    assert len(events) == log.size()
    for event in events:
        keys = [attribute.get("key") for attribute in event]
        assert len(keys) == len(set(keys))
        assert {"concept:name", "lifecycle:transition", "org:resource", "time:timestamp"} <= {*keys}


def _value(part: ET.Element, key: str) -> str | None:
    return next((one.get("value") for one in part if one.get("key") == key), None)


@pytest.mark.skipif(PM4PY is None, reason="HANDRAIL_PM4PY names no Python with pm4py")
def test_pm4py_opens_it_and_finds_the_steps_conform_to_the_protocol(
    log: Log, tmp_path: Path
) -> None:
    """Every run aligns with the protocol, and with one that lacks a step it does not."""
    xes, model = tmp_path / "log.xes", tmp_path / "model.json"
    xes.write_text(log.text("xes", Filter(protocol="suspicious-person")), "utf-8")
    with log.site.engine.reading():
        definition = log.site.engine.shelf.latest("suspicious-person")
    assert definition is not None
    whole = machine(chart_of(definition))
    model.write_text(json.dumps(whole), "utf-8")
    said = conform(xes, model)
    assert said["runs"] > 1
    assert said["misfit"] == []
    other = {**whole, "arcs": [arc for arc in whole["arcs"] if arc[1] != "assess"]}
    model.write_text(json.dumps(other), "utf-8")
    assert conform(xes, model)["misfit"]


def conform(xes: Path, model: Path) -> dict[str, Any]:
    done = subprocess.run(
        [str(PM4PY), str(KNOWN / "conform.py"), str(xes), str(model)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def machine(chart: Chart) -> dict[str, Any]:
    """A protocol as places and arcs: each place is all the states that a run is in at once."""
    first = chart.enter()
    seen, todo, arcs = set(), [first], set()
    while todo:
        now = todo.pop()
        place = "|".join(chart.leaves(now.active))
        if place in seen:
            continue
        seen.add(place)
        for (source, kind), edges in chart.branches.items():
            for edge in edges if source in chart.path(now.active) else ():
                after = chart.move(now.active, now.left, [edge])
                label = kind.removeprefix("step ") if kind.startswith("step ") else "moved"
                arcs.add((place, label, "|".join(chart.leaves(after.active))))
                todo.append(after)
    return {"start": "|".join(chart.leaves(first.active)), "arcs": sorted(arcs)}


# -- wrong --------------------------------------------------------------------------


def test_an_unknown_format_is_said_and_nothing_is_recorded(log: Log) -> None:
    size = log.size()
    with pytest.raises(NotFoundError, match="did you mean jsonl"):
        log.text("jsonlines")
    assert log.size() == size


def test_a_name_that_never_was_is_said_and_nothing_is_recorded(log: Log) -> None:
    size = log.size()
    with pytest.raises(NotFoundError, match="there is no person “nobody”"):
        log.text("csv", Filter(actor="nobody"))
    assert log.size() == size
