"""Small changes of a document's text: what was to change does, everything else stays."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.documents.authoring.edits import apply_edits, change
from handrail.engine.documents.source import read_source

IDS = st.sampled_from(["contact", "let-go", "act", "true", "null", "tasks"])
VALUES = st.one_of(IDS, st.booleans(), st.lists(IDS, unique=True))


def changed(text: str, members: dict[str, Any], *path: str | int) -> str:
    source = read_source(text.encode(), "x.yaml")
    return apply_edits(text, change(source, path, members))


@pytest.mark.parametrize(
    ("text", "members", "after"),
    [
        ("{step: a, by: b}\n", {"in": ["c"]}, "{step: a, by: b, in: [c]}\n"),
        ("{step: a, refused: b, in: [c]}\n", {"refused": None}, "{step: a, in: [c]}\n"),
        ("{step: a, refused: b}\n", {"refused": None, "in": ["c"]}, "{step: a, in: [c]}\n"),
        ("{step: a, in: [b, c]} # why\n", {"in": ["d"]}, "{step: a, in: [d]} # why\n"),
        ("{step: a, in: []}\n", {"in": ["true"]}, '{step: a, in: ["true"]}\n'),
        ("{step: a,\n by: b,\n}\n", {"in": ["c"]}, "{step: a,\n by: b, in: [c],\n}\n"),
        ("step: a # one\nby: b # two\n", {"in": ["c"]}, "step: a # one\nby: b # two\nin: [c]\n"),
        ("step: a\nby: b", {"ends": "c"}, "step: a\nby: b\nends: c"),
        ("step: a\nrefused: b # why\nin: [c]\n", {"refused": None}, "step: a\n# why\nin: [c]\n"),
        ("step: a\r\nby: b\r\n", {"in": ["c"]}, "step: a\r\nby: b\r\nin: [c]\r\n"),
        (
            "step: a\nin:\n  - b # one\n  # two\n  - c\n",
            {"in": ["c", "d"]},
            "step: a\nin:\n  # two\n  - c\n  - d\n",
        ),
    ],
)
def test_a_change_leaves_the_rest_as_it_is_written(
    text: str, members: dict[str, Any], after: str
) -> None:
    assert changed(text, members) == after


def test_deep_in_a_document() -> None:
    text = "play:\n  # first\n  - {step: a, by: b}  # so\n\n  - step: c\n    by: d\n# last\n"
    after = changed(text, {"in": ["x"]}, "play", 1)
    assert after == text.replace("    by: d\n", "    by: d\n    in: [x]\n")


@given(
    st.dictionaries(st.sampled_from("abcdef"), VALUES, min_size=1),
    st.dictionaries(st.sampled_from("bcdefgh"), st.one_of(st.none(), VALUES)),
    st.booleans(),
)
def test_reading_it_again_gives_what_was_asked_for(
    before: dict[str, Any],
    members: dict[str, Any],
    block: bool,  # noqa: FBT001 - Hypothesis gives it
) -> None:
    before = {"step": "first"} | before
    text = _written(before, block=block)
    after = changed(text, members)
    expected = {k: v for k, v in (before | members).items() if v is not None}
    assert read_source(after.encode(), "x.yaml").data == expected
    if block:
        kept = [key for key in before if key not in members or members[key] is None]
        for key in kept:
            assert re.search(rf"(?m)# of {key}$", after)


def _written(data: dict[str, Any], *, block: bool) -> str:
    import json  # noqa: PLC0415 - JSON is YAML

    if not block:
        return json.dumps(data)
    return "".join(f"{key}: {json.dumps(value)}  # of {key}\n" for key, value in data.items())
