"""Every example in tests/documents: the right ones pass, each wrong one is told as written."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from documents_around import FOLDER, around

from handrail.engine.documents.check import Checked, check_all, check_bytes
from handrail.engine.documents.codes import CODES
from handrail.engine.documents.finding import Severity
from handrail.engine.documents.render import full

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = sorted((FOLDER / "right").glob("*.yaml"))
WRONG = sorted((FOLDER / "wrong").glob("*.yaml"))
# Shown elsewhere: these need a large file, several documents, a store, or a play.
ELSEWHERE = {"HR001", "HR016", "HR110", "HR205", "HR290", "HR291", "HR342", "HR401"}


def check(file: Path) -> Checked:
    site, others = around()
    return check_bytes(file.read_bytes(), file.name, site=site, others=others)


@pytest.mark.parametrize("file", RIGHT, ids=lambda file: file.stem)
def test_a_right_document_has_no_error(file: Path) -> None:
    site, others = around()
    documents = [(one.name, one.read_bytes()) for one in RIGHT]
    checked = {one.name: one for one in check_all(documents, site=site, others=others)}
    errors = [one for one in checked[file.name].findings if one.severity is Severity.ERROR]
    assert not errors, full(errors)


@pytest.mark.parametrize("file", WRONG, ids=lambda file: file.stem)
def test_a_wrong_document_is_told_as_written_beside_it(file: Path) -> None:
    checked = check(file)
    expected = file.with_suffix(".txt").read_text("utf-8")
    assert full(checked.findings) + "\n" == expected
    assert file.stem[:5] in {finding.code for finding in checked.findings}


@pytest.mark.parametrize("file", WRONG, ids=lambda file: file.stem)
def test_each_finding_names_a_place_in_the_file(file: Path) -> None:
    lines = re.split(r"\r\n|\r|\n", file.read_bytes().decode("utf-8", "replace"))
    for finding in check(file).findings:
        assert finding.file == file.name
        assert 1 <= finding.line <= len(lines)
        if finding.quoted and finding.code not in {"HR002", "HR003", "HR015"}:
            assert finding.quoted == lines[finding.line - 1]
            assert 1 <= finding.column <= len(finding.quoted) + 1


def test_every_code_has_two_wrong_examples_that_raise_it() -> None:
    files = Counter(
        code for file in WRONG for code in {finding.code for finding in check(file).findings}
    )
    assert set(files) <= set(CODES)
    assert {code for code in CODES if files[code] < 2} == ELSEWHERE


def test_nothing_else_lies_among_the_examples() -> None:
    texts = {file.stem for file in (FOLDER / "wrong").glob("*.txt")}
    assert texts == {file.stem for file in WRONG}
