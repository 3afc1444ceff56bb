"""``protocol explain`` and the formats of ``protocol check``."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

from handrail.engine.documents.codes import CODES
from handrail.engine.documents.explain import explain

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from cli_play import Desk

WRONG = """\
handrail: 1
kind: protocol
id: tried
revision: 1
title: Tried
start: first
states:
  first: {steps: {go: {to: lst}}}
  last: {final: done}
"""


def wrong(desk: Desk) -> Path:
    file = desk.home / "tried.yaml"
    file.write_text(WRONG)
    return file


def test_a_page_is_shown(desk: Desk) -> None:
    said = desk("protocol", "explain", "hr210")
    assert said.code == 0
    assert said.out.startswith("HR210: Unknown state\n")
    assert "    first: {steps: {go: {to: lst}}}" in said.out
    row = desk("protocol", "explain", "210", "--json").json
    assert row["wrong"] == [explain("HR210").wrong[0].text]
    assert desk("protocol", "explain", "--json").json["codes"] == dict(CODES)
    assert len(desk("protocol", "explain").out.splitlines()) == len(CODES) + 1
    none = desk("protocol", "explain", "HR999")
    assert none.code == 10


def test_a_check_says_where_more_stands(desk: Desk) -> None:
    said = desk("protocol", "check", wrong(desk))
    assert said.code == 3
    assert "more: handrail protocol explain HR210" in said.err
    assert "more:" not in desk("protocol", "check", wrong(desk), "-q").err


def test_formats_for_programs(desk: Desk) -> None:
    file = wrong(desk)
    log = desk("protocol", "check", file, "--format", "sarif")
    assert (log.code, log.err) == (3, "")
    (result, *_) = json.loads(log.out)["runs"][0]["results"]
    assert result["ruleId"] == "HR210"
    lines = desk("protocol", "check", file, "--format", "github")
    assert (lines.code, lines.err) == (3, "")
    assert lines.out.startswith(f"::error file={file},line=8,col=28,endColumn=31,title=HR210 ")
    assert desk("protocol", "check", file, "--format", "json").json["findings"][0]["line"] == 8
    bad = desk("protocol", "check", file, "--format", "xml")
    assert bad.code == 2


def test_a_right_document_has_an_empty_log(desk: Desk) -> None:
    said = desk("protocol", "check", "lesson", "--format", "sarif")
    assert said.code == 0
    assert json.loads(said.out)["runs"][0]["results"] == []
    assert desk("protocol", "check", "lesson", "--format", "github").out == ""


def test_the_input_is_checked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))
    said = desk("protocol", "check", "-", "--format", "concise")
    assert said.code == 3
    assert said.out.startswith("-:8:28: HR210 error: ")


def test_the_input_cannot_be_watched(desk: Desk) -> None:
    said = desk("protocol", "check", "-", "--watch")
    assert said.code == 2
    assert "cannot be watched" in said.err


HEAD = "handrail: 1\nkind: protocol\nid: example\n"
FIRST = "title: Example\nstart: first\nstates:\n  first: {by: [guard], steps: {go: {to: last}}}\n"
LAST = "  last: {final: done}\n"


def test_the_examples_that_need_a_store(desk: Desk) -> None:
    """HR290 and HR291: revision 1 is registered, and a drill on it has begun."""
    file = desk.home / "museum" / "protocols" / "example.yaml"
    file.write_text(f"{HEAD}revision: 1\n{FIRST}{LAST}")
    assert desk("register", file, "--as", "greta").code == 0
    assert desk("open", "example", "--drill", "--as", "anna", "-q").code == 0
    for code in ("HR290", "HR291"):
        page = explain(code)
        for examples, expected in ((page.wrong, True), (page.right, False)):
            (example,) = examples
            body = example.text + "\n"
            if "states:" not in body:
                body += FIRST.replace("title: Example\n", "") + LAST
            title = "" if "title:" in body else "title: Example\n"
            file.write_text(f"{HEAD}{title}{body}".replace("{steps", "{by: [guard], steps"))
            found = desk("protocol", "check", file, "--json").json["findings"]
            assert (code in {one["code"] for one in found}) is expected, (code, found)
