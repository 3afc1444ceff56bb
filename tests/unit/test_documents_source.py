"""The strict reader: what it makes of a file, where each part stands, and what it refuses."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest

from handrail.engine.documents.source import Mark, Source, SourceError, read_source


def read(text: str | bytes) -> Source:
    return read_source(text if isinstance(text, bytes) else text.encode(), "a.yaml")


def refused(text: str | bytes) -> list[tuple[str, int, int]]:
    with pytest.raises(SourceError) as caught:
        read(text)
    return [(found.code, found.line, found.column) for found in caught.value.findings]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("0", 0),
        ("-7", -7),
        ("9007199254740991", 9007199254740991),
        ("1.10", Decimal("1.10")),
        ("-0.5", Decimal("-0.5")),
    ],
)
def test_what_is_not_text(written: str, value: object) -> None:
    found = read(f"a: {written}").data["a"]
    assert found == value
    assert type(found) is type(value)
    assert str(found) == str(value)


TEXTS = """NO no on off y Yes True TRUE Null ~ 0777 0o7 0x1F 1_000 12:30:45 2026-11-21
    2026-11-21T10:00:00Z .nan .inf 1e3 +1 1. .5 -.5 1.2.3 ٣ ="""


@pytest.mark.parametrize("written", TEXTS.split())
def test_what_other_readers_take_for_something_else_is_text(written: str) -> None:
    assert read(f"a: {written}").data == {"a": written}


@pytest.mark.parametrize("written", ['"true"', "'1'", '"null"', '""', "'~'"])
def test_in_quotes_everything_is_text(written: str) -> None:
    assert read(f"a: {written}").data == {"a": written[1:-1]}


def test_keys_that_look_like_words_are_text() -> None:
    assert list(read("on: 1\nNO: 2\n'1': 3\n\"null\": 4").data) == ["on", "NO", "1", "null"]


def test_blocks_and_folds_are_read() -> None:
    data = read("a: |\n  one\n  two\nb: >-\n  three\n  four\n").data
    assert data == {"a": "one\ntwo\n", "b": "three four"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_end_of_line_counts_as_one_line(end: str) -> None:
    source = read(end.join(["a: 1", "b:", "  - c", "  - d: é", ""]))
    assert source.data == {"a": 1, "b": ["c", {"d": "é"}]}
    assert source.mark(("b", 1, "d")) == Mark(4, 8, 1)


def test_a_byte_order_mark_is_not_part_of_the_text() -> None:
    source = read(b"\xef\xbb\xbfa: 1")
    assert source.data == {"a": 1}
    assert source.key(("a",)) == Mark(1, 1, 1)


DOCUMENT = """\
title: {en: Hällo, nl: "Dag"}
states:
  first:
    steps: [go, 👩‍🚒 there]
    text: |
      two
      lines
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("title",), (1, 1, 5), (1, 1, 5)),  # of a map: its key
        (("title", "en"), (1, 13, 5), (1, 9, 2)),
        (("title", "nl"), (1, 24, 5), (1, 20, 2)),  # with its quotes
        (("states", "first"), (3, 3, 5), (3, 3, 5)),
        (("states", "first", "steps", 0), (4, 13, 2), (4, 13, 2)),
        (("states", "first", "steps", 1), (4, 17, 9), (4, 17, 9)),
        (("states", "first", "text"), (5, 11, 1), (5, 5, 4)),
        (("states", "first", "missing", "more"), (3, 3, 5), (3, 3, 5)),  # the nearest around
        ((), (1, 1, 29), (1, 1, 29)),
    ],
)
def test_places(path: Any, value: tuple[int, int, int], key: tuple[int, int, int]) -> None:
    source = read(DOCUMENT)
    assert source.mark(path) == Mark(*value)
    assert source.key(path) == Mark(*key)


def test_what_is_written_is_kept() -> None:
    source = read("a: 1.10\nb: 'x''y'")
    assert source.raw(("a",)) == "1.10"
    assert source.raw(("b",)) == "'x''y'"


@pytest.mark.parametrize("size", [5_000_000, 10_000_000])
def test_a_large_file_is_refused_at_once(size: int) -> None:
    begun = time.process_time()
    assert refused(b"a: " + b"x" * size) == [("HR001", 1, 1)]
    assert time.process_time() - begun < 0.5


def test_a_file_of_many_small_values_is_refused_within_two_seconds() -> None:
    begun = time.process_time()
    assert refused("[" + "a," * 2_000_000 + "]")[0][0] == "HR016"
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "text", ["[" * 200_000, "- " * 200_000, '{"a":' * 200_000, "a: " + "[" * 65]
)
def test_deep_nesting_is_refused(text: str) -> None:
    assert refused(text)[0][0] == "HR011"


def test_a_deep_key_is_refused() -> None:
    assert refused("? " * 200_000)[0][0] == "HR012"


def test_sixty_four_levels_are_not_too_deep() -> None:
    assert read("a: " + "[" * 63 + "]" * 63).data


def test_a_bomb_does_not_go_off() -> None:
    levels = [f"l{i}: &l{i} [{', '.join(f'*l{i - 1}' for _ in range(9))}]" for i in range(1, 10)]
    codes = {code for code, *_ in refused("\n".join(["l0: &l0 [x]", *levels]))}
    assert codes == {"HR008"}


def test_every_finding_of_a_pass_is_told() -> None:
    text = "a: &x 1\na: 2\n<<: {}\n1: 2\nb: !!str c\n"
    assert refused(text) == [
        ("HR008", 1, 4),
        ("HR007", 2, 1),
        ("HR009", 3, 1),
        ("HR012", 4, 1),
        ("HR010", 5, 4),
    ]


def test_findings_are_bounded() -> None:
    assert len(refused("".join(f"a{i}: &x 1\n" for i in range(5_000)))) == 100


def test_the_error_is_one_sentence_with_the_first_finding() -> None:
    with pytest.raises(SourceError, match=r"“a\.yaml” cannot be read: the file is empty") as caught:
        read("")
    assert caught.value.exit_code == 3
