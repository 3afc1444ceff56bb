"""The log's one schema: all that the engine writes validates, and little else."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from audit_play import Site
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jsonschema.protocols import Validator

Record = dict[str, Any]


@cache
def schema() -> dict[str, Any]:
    text = (files("handrail.schemas") / "record.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def validator() -> Validator:
    return Draft202012Validator(schema())


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """What some days at a site wrote: eight of each type at most."""
    folder: Path = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        site = Site(folder / "workspace")
        for seed in range(4):
            site.play(Random(seed), 100)  # noqa: S311 - a play, not a secret
    with site.engine.reading() as reader:
        found = [json.loads(row.data) for row in reader.scan()]
    site.engine.close()
    types = dict.fromkeys(record["type"] for record in found)
    return [
        record
        for kind in types
        for record in islice((each for each in found if each["type"] == kind), 8)
    ]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


def test_all_that_was_played_validates(records: list[Record]) -> None:
    faults = [
        (record["type"], list(error.absolute_path), error.message[:200])
        for record in records
        for error in validator().iter_errors(record)
    ]
    assert faults == []


def test_the_play_has_shown_most_of_what_there_is(records: list[Record]) -> None:
    seen = {record["type"] for record in records}
    assert {
        "document-registered",
        "document-agreed",
        "incident-opened",
        "run-started",
        "step-taken",
        "step-refused",
        "moved",
        "deadline-passed",
        "task-done",
        "noted",
        "evidence-attached",
        "notified",
        "run-finished",
        "fact-set",
        "step-pending",
        "step-confirmed",
    } <= seen


def test_each_type_has_its_own_description() -> None:
    types = schema()["properties"]["type"]["enum"]
    ruled = {rule["if"]["properties"]["type"].get("const") for rule in schema()["allOf"]}
    assert {name for name in types if not name.endswith("-refused")} == ruled - {None}


def test_each_property_says_what_it_is() -> None:
    bare = [path for path, part in properties(schema(), "$") if not described(part)]
    assert bare == []


def properties(part: object, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(part, list):
        for index, item in enumerate(part):
            yield from properties(item, f"{path}[{index}]")
    elif isinstance(part, dict):
        for name, item in part.items():
            if name == "properties" and ".if" not in path:
                yield from ((f"{path}.{key}", each) for key, each in item.items())
            yield from properties(item, f"{path}.{name}")


def described(part: dict[str, Any]) -> bool:
    narrowed = set(part) <= {"const", "pattern"}  # of a property that is described above
    return narrowed or ("title" in part and "description" in part)


def test_a_member_that_does_not_belong_is_refused(records: list[Record]) -> None:
    for record in {record["type"]: record for record in records}.values():
        assert not validator().is_valid({**record, "verdict": "OK", "extra": 1})


def test_a_member_that_is_missing_is_refused(records: list[Record]) -> None:
    record = next(record for record in records if record["type"] == "step-taken")
    for name in ("v", "log", "case", "cseq", "prev", "actor", "drill", "run", "step", "to"):
        assert not validator().is_valid({key: record[key] for key in record if key != name})


def test_a_personal_value_in_the_clear_is_refused(records: list[Record]) -> None:
    record = next(record for record in records if record["type"] == "noted")
    assert not validator().is_valid({**record, "text": "Anna saw it"})
