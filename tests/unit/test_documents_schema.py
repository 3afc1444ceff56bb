"""The schemas: sound by their own draft, explained throughout, and read as others read them."""

from __future__ import annotations

import json
import random
from collections import Counter
from copy import deepcopy
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from documents_around import FOLDER
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from handrail.engine.documents.keywords import faults
from handrail.engine.documents.schema import schema_findings
from handrail.engine.documents.schemas import KINDS, schema_text
from handrail.engine.documents.source import SourceError, read_source
from handrail.engine.documents.verdict import compiled, sound

NAMES = ("common", "machine", *KINDS)
SCHEMAS = {name: json.loads(schema_text(name)) for name in NAMES}
PROTOCOLS = Path(__file__).parents[2] / "protocols"
EXAMPLES = [
    *sorted((FOLDER / "right").glob("*.yaml")),
    *sorted((FOLDER / "wrong").glob("*.yaml")),
    *sorted(PROTOCOLS.rglob("*.yaml")),
]


def parts(schema: Any) -> Any:
    yield schema
    for value in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(value, dict | list):
            yield from parts(value)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_sound_by_its_draft(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", NAMES)
def test_every_property_has_a_title_and_a_description(name: str) -> None:
    for part in parts(SCHEMAS[name]):
        for key, about in (part.get("properties", {}) if isinstance(part, dict) else {}).items():
            if "const" in about and len(about) == 1:
                continue  # a condition, not a property
            assert about.get("title"), key
            assert about.get("description", "").endswith((".", "?")), key


@pytest.mark.parametrize("name", KINDS)
def test_an_object_takes_no_unknown_keys(name: str) -> None:
    for schema in (SCHEMAS[name], SCHEMAS["machine"]):
        for part in parts(schema):
            if isinstance(part, dict) and part.get("type") == "object" and len(part) > 1:
                assert (
                    part.get("unevaluatedProperties") is False or "additionalProperties" in part
                ), part.get("title")


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_verdict_is_that_of_the_stock_validator(file: Path) -> None:
    try:
        data = read_source(file.read_bytes(), file.name).data
    except SourceError:
        return
    kind = data.get("kind") if isinstance(data, dict) else None
    if kind not in KINDS:
        return
    valid = stock(kind).is_valid(data)
    assert valid == (next(faults(data, kind), None) is None)
    assert valid == sound(data, kind)


HOSTILE: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -3,
    2**40,
    Decimal("1.5"),
    "",
    "a",
    "a\n",
    "A b",
    "5m",
]
HOSTILE += ["a" * 200, [], ["a"], ["a", "a"], [1, True], [{}], {}, {"a": "b"}, {"final": "x"}]
HOSTILE += [{"state": "a"}, {"resume": "a", "depth": "deep"}, {"at-least": 1}, {"start": "a"}]


def changed(data: Any, dice: random.Random) -> None:
    """Put something else somewhere, take something out, or add a key."""
    inside = [part for part in parts(data) if isinstance(part, dict | list) and part]
    part = dice.choice(inside)
    key = dice.choice(list(part) if isinstance(part, dict) else range(len(part)))
    if dice.random() < 0.2:
        del part[key]
    elif dice.random() < 0.2 and isinstance(part, dict):
        part[dice.choice([*part, "a", "A", "when", "by", "to"])] = dice.choice(HOSTILE)
    else:
        part[key] = deepcopy(dice.choice(HOSTILE))


def test_the_quick_verdict_is_that_of_the_one_that_explains() -> None:
    dice = random.Random(1)  # noqa: S311 - repeatable, not secret
    files = [file for file in EXAMPLES if file.parent.name != "wrong"]
    found = Counter[bool]()
    for _ in range(1_500):
        data = read_source(dice.choice(files).read_bytes(), "a").data
        kind = data["kind"]
        for _ in range(dice.choice([1, 1, 3])):
            changed(data, dice)
        verdict = sound(data, kind)
        assert verdict == (next(faults(data, kind), None) is None)
        found[verdict] += 1
    assert min(found.values()) > 100, found


def test_a_keyword_that_the_quick_verdict_does_not_know_is_not_passed_over() -> None:
    with pytest.raises(NotImplementedError):
        compiled({"type": "string", "format": "date"})


@cache
def stock(kind: str) -> Any:
    files = {f"{name}.schema.json": SCHEMAS[name] for name in NAMES}
    registry: Any = Registry().with_resources(
        (name, Resource.from_contents(schema)) for name, schema in files.items()
    )
    return Draft202012Validator({"$ref": f"{kind}.schema.json"}, registry=registry)


def findings(text: str) -> list[tuple[str, int, int]]:
    source = read_source(text.encode(), "a.yaml")
    return [(found.code, found.line, found.column) for found in schema_findings(source)]


HEAD = "handrail: 1\nkind: protocol\nid: a\nrevision: 1\ntitle: A\nstart: b\n"


def test_a_line_break_at_the_end_is_no_part_of_an_id_or_a_duration() -> None:
    states = "states:\n  b: {final: c}\n"
    assert findings(HEAD.replace("id: a", 'id: "a\\n"') + states) == [("HR106", 3, 5)]
    review = 'review: {every: "3d\\n"}\n'
    assert findings(HEAD + review + states) == [("HR106", 7, 17)]


def test_the_deepest_nesting_that_can_be_read_can_be_checked() -> None:
    levels = 30
    lines = ["states:"]
    for level in range(levels):
        lines.append(f"{'  ' * (2 * level + 1)}s{level}:")
        lines.append(f"{'  ' * (2 * level + 2)}start: s{level + 1}")
        lines.append(f"{'  ' * (2 * level + 2)}states:")
    lines.append(f"{'  ' * (2 * levels + 1)}s{levels}: {{final: c}}")
    text = HEAD.replace("start: b", "start: s0") + "\n".join(lines)
    assert not findings(text)


def test_findings_are_bounded_and_each_part_is_told_once() -> None:
    states = "".join(f"  s{i}: {{stpes: 1}}\n" for i in range(5_000))
    found = findings(HEAD + "states:\n" + states)
    assert len(found) == len(set(found)) <= 100


def test_thousands_of_roles_with_a_misspelt_one_take_no_time() -> None:
    import time  # noqa: PLC0415 - only here

    roles = "".join(f"  role-{i}: {{titel: x}}\n" for i in range(5_000))
    begun = time.process_time()
    found = findings(f"handrail: 1\nkind: site\nid: a\ntitle: A\npeople: {{}}\nroles:\n{roles}")
    assert len(found) == 100
    assert time.process_time() - begun < 2
