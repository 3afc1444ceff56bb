"""``audit report`` and ``audit stats``, as a reviewer types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from agreement_play import put_plan_in_force
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from cli_play import Desk, Hand

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "output.schema.json").read_text())


def problems(shape: str, value: object) -> list[str]:
    schema = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{shape}"}
    return [error.message for error in Draft202012Validator(schema).iter_errors(value)]


# -- report ----------------------------------------------------------------------------


def test_a_report_without_anything_said(contact: Hand) -> None:
    said = contact.does("audit", "report", "1", "--as", "greta")
    assert said.out == ""
    (file,) = contact.home.glob("INC-*.html")
    assert file.name in said.err
    text = file.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "man at the dock" not in text
    assert "[sealed]" in text
    assert "Anna" not in text


def test_a_report_on_stdout_for_paper_in_dutch_with_names(desk: Desk) -> None:
    options = ["--print", "--names", "--clear", "--lang", "nl", "--as", "greta"]
    said = desk("audit", "report", "1", "--out", "-", *options)
    assert (said.code, said.err) == (0, "")
    assert "Incidentverslag" in said.out
    assert "Anna Berg" in said.out
    assert "man at the dock" in said.out
    assert 'class="paper-page"' in said.out
    assert "prefers-color-scheme:dark){.hg" not in said.out


def test_a_report_as_data(desk: Desk) -> None:
    said = desk("audit", "report", "1", "--json", "--as", "greta")
    assert said.err == ""
    assert problems("report", said.json) == []
    assert not list(Path().glob("*.html"))
    both = desk("audit", "report", "1", "--json", "--out", "r.html", "--as", "greta")
    assert problems("report", both.json) == []
    assert Path("r.html").read_text("utf-8").startswith("<!doctype html>")


def test_reports_of_nothing_and_to_nowhere(desk: Desk) -> None:
    said = desk("audit", "report", "7")
    assert (said.code, said.out) == (10, "")
    assert desk("audit", "report", "1", "--out", "no/such/place.html", "--as", "anna").code == 1
    assert desk("audit", "report").code == 2


def test_statistics_change_nothing(desk: Desk) -> None:
    before = desk("audit", "log", "--json").lines
    desk("audit", "stats")
    assert desk("audit", "log", "--json").lines == before


def test_a_report_is_recorded_as_an_export(desk: Desk) -> None:
    for options, clear in ((), False), (["--clear"], True), (["--names"], True):
        assert desk("audit", "report", "1", "--out", "-", *options, "--as", "greta").code == 0
        last = desk("audit", "log", "--type", "exported", "--last", "1", "--json").lines[0]
        assert (last["format"], last["clear"]) == ("report", clear)
        assert last["filter"] == {"case": "INC-2026-0001"}
        assert last["actor"]["id"] == "greta"


def test_who_may_not_export_gets_no_report(desk: Desk) -> None:
    put_plan_in_force(desk, 2, ("\ncontacts:", "\nmay: {export: [director]}\ncontacts:"))
    said = desk("audit", "report", "1", "--out", "r.html", "--as", "anna")
    assert said.code == 4
    assert not Path("r.html").exists()
    refused = desk("audit", "log", "--type", "export-refused", "--json").lines
    assert [one["actor"]["id"] for one in refused] == ["anna"]
    assert desk("audit", "report", "1", "--out", "r.html", "--as", "helena").code == 0


# -- stats -----------------------------------------------------------------------------


def test_statistics_through_a_pipe_are_plain(contact: Hand) -> None:
    said = contact.does("audit", "stats", "--by", "protocol")
    assert said.err == ""
    assert "Suspicious person" in said.out
    assert not set("█▏·") & set(said.out.replace(" · ", ""))
    assert "\x1b" not in said.out


@pytest.mark.parametrize("by", ["protocol", "site", "month", "drill"])
def test_statistics_as_data(desk: Desk, by: str) -> None:
    desk("open", "suspicious-object", "--drill", "--as", "bram")
    found = desk("audit", "stats", "--by", by, "--json").json
    assert problems("stats", found) == []
    assert found["all"]["incidents"] == (2 if by == "drill" else 1)
    assert found["drills_left_out"] == (0 if by == "drill" else 1)
    assert found["sightings"]["methods"][0]["method"] == "hostile-reconnaissance"
    assert found["sightings"]["methods"][0]["weeks"][-1] == 1


def test_a_period_may_be_how_long_ago(desk: Desk) -> None:
    def counted(*words: str) -> int:
        count: int = desk("audit", "stats", *words, "--json").json["all"]["incidents"]
        return count

    assert counted("--since", "1h") == 1
    assert counted("--until", "1h") == 0
    assert counted("--since", "2999-01-01") == 0
    assert counted("--drill") == 0


def test_statistics_as_a_page(desk: Desk) -> None:
    said = desk("audit", "stats", "--html", "s.html", "--lang", "nl")
    assert (said.code, said.out) == (0, "")
    text = Path("s.html").read_text("utf-8")
    assert "Gemiste termijnen" in text
    assert "<script" not in text


def test_what_statistics_cannot_be_asked(desk: Desk) -> None:
    assert desk("audit", "stats", "--by", "person").code == 2
    assert desk("audit", "stats", "--weeks", "0").code == 2
    said = desk("audit", "stats", "--since", "yesterday-ish")
    assert said.code == 2
    assert "yesterday-ish" in said.err
