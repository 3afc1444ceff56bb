"""Every example in tests/documents: the right ones pass, each wrong one is told as written."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from documents_around import FOLDER, around, documents, findings, wrong

from handrail import engine
from handrail.engine.documents.check import check_all
from handrail.engine.documents.codes import CODES
from handrail.engine.documents.finding import Message, Severity
from handrail.engine.documents.render import full

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handrail.engine.documents.finding import Finding

RIGHT = sorted((FOLDER / "right").glob("*.yaml"))
WRONG = wrong()
CATALOGUE = Path(engine.__file__).parent / "locales/nl/LC_MESSAGES/handrail.po"
with CATALOGUE.open("rb") as opened:
    DUTCH = {str(entry.id): entry.string for entry in read_po(opened) if entry.string}
# Found only beside a store: tests/documents/registered, test_documents_registered.
STORE = {"HR290", "HR291"}
# The name in the message is of something that is not there, or not where the fault is.
NOT_THERE = {"HR103", "HR280", "HR281"}


@pytest.mark.parametrize("file", RIGHT, ids=lambda file: file.stem)
def test_a_right_document_has_no_error(file: Path) -> None:
    site, others = around()
    documents = [(one.name, one.read_bytes()) for one in RIGHT]
    checked = {one.name: one for one in check_all(documents, site=site, others=others)}
    errors = [one for one in checked[file.name].findings if one.severity is Severity.ERROR]
    assert not errors, full(errors)


@pytest.mark.parametrize("example", WRONG, ids=lambda path: path.stem)
def test_a_wrong_document_is_told_as_written_beside_it(example: Path) -> None:
    found = findings(example)
    assert full(found) + "\n" == example.with_suffix(".txt").read_text("utf-8")
    assert example.stem[:5] in {finding.code for finding in found}


@pytest.mark.parametrize("example", WRONG, ids=lambda path: path.stem)
def test_each_finding_names_a_place_in_the_file(example: Path) -> None:
    texts = dict(documents(example))
    for finding in findings(example):
        lines = re.split(r"\r\n|\r|\n", texts[finding.file].decode("utf-8", "replace"))
        assert 1 <= finding.line <= len(lines)
        if finding.quoted and finding.code not in {"HR002", "HR003", "HR015"}:
            assert finding.quoted == lines[finding.line - 1]
            assert 1 <= finding.column <= len(finding.quoted) + 1


@pytest.mark.parametrize("example", WRONG, ids=lambda path: path.stem)
def test_the_place_is_that_of_what_the_message_names(example: Path) -> None:
    """Line and column, told in another way than by the file that lies beside the example."""
    for finding in findings(example):
        name = named(finding)
        if name and finding.code not in NOT_THERE:
            at = finding.column - 1
            underlined = finding.quoted[at : at + finding.length]
            assert name in underlined or underlined.strip("\"'") in name, (finding, underlined)


def named(finding: Finding) -> str:
    """The part of the document that a message quotes, in quotation marks, first."""
    for key in ("name", "id", "key", "operator", "value"):
        said = str(finding.message.params.get(key, ""))
        if said and f"“{{{key}}}”" in finding.message.template:
            return said
    return ""


@pytest.mark.parametrize("example", WRONG, ids=lambda path: path.stem)
def test_each_finding_says_what_to_do(example: Path) -> None:
    for finding in findings(example):
        assert finding.mend is not None or finding.near, finding


@pytest.mark.parametrize("example", WRONG, ids=lambda path: path.stem)
def test_each_finding_can_be_said_in_dutch_as_a_whole(example: Path) -> None:
    for finding in findings(example):
        for message in (finding.message, finding.expected, finding.found, finding.mend):
            assert not list(english(message)), finding


def english(message: object) -> Iterator[str]:
    """The parts of a message that have no Dutch."""
    if isinstance(message, list | tuple):
        yield from (text for item in message for text in english(item))
    elif isinstance(message, Message):
        if message.template != "{text}" and message.template not in DUTCH:
            yield message.template
        yield from (text for value in message.params.values() for text in english(value))


def test_every_code_has_two_wrong_examples_that_raise_it() -> None:
    assert len(WRONG) >= 120
    files = Counter(code for one in WRONG for code in {found.code for found in findings(one)})
    assert set(files) <= set(CODES)
    assert {code for code in CODES if files[code] < 2} == STORE


def test_nothing_else_lies_among_the_examples() -> None:
    texts = {file.stem for file in (FOLDER / "wrong").glob("*.txt")}
    assert texts == {path.stem for path in WRONG}
