"""Each code has a page, and its examples are what they say they are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from documents_around import around

from handrail.cli.findings import findings
from handrail.engine.documents import explain as explain_module
from handrail.engine.documents.check import Checked, check_all
from handrail.engine.documents.codes import CODES
from handrail.engine.documents.explain import Example, Page, explain
from handrail.engine.documents.finding import Severity
from handrail.engine.documents.scenario import play
from handrail.engine.errors import NotFoundError
from handrail.engine.machine.build import build
from handrail.engine.machine.site import build_site

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = {"handrail": "1", "kind": "protocol", "id": "example", "revision": "1", "title": "Example"}
TAIL = "start: first\nstates:\n  first: {steps: {go: {to: last}}}\n  last: {final: done}\n"
PAGES = [explain(code) for code in CODES]
STORE = {"HR290", "HR291"}  # shown beside a store: test_protocol_explain


def completed(one: Example) -> bytes:
    """The whole document that an example is, or is a part of."""
    data = one.text.encode() + b"\n"
    if one.shell:
        data = subprocess.run(["sh", "-c", one.text], check=True, capture_output=True).stdout
    if one.whole or re.search(rb"(?m)^handrail:", data):
        return data
    missing = [k for k in HEAD if not re.search(rb"(?m)^%s:" % k.encode(), data)]
    head = "".join(f"{key}: {HEAD[key]}\n" for key in missing)
    tail = "" if re.search(rb"(?m)^states:", data) else TAIL
    return head.encode() + data + tail.encode()


def checked(examples: Iterable[Example]) -> list[Checked]:
    site, others = around()
    documents = [(f"{i}.yaml", completed(one)) for i, one in enumerate(examples)]
    own = any(b"\nkind: site" in data for _, data in documents)
    return check_all(documents, site=None if own else site, others=others)


def codes(examples: Iterable[Example]) -> set[str]:
    return {finding.code for one in checked(examples) for finding in one.findings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.code)
def test_a_page_says_what_and_why(page: Page) -> None:
    assert page.markdown.startswith(f"# {page.code}: {CODES[page.code]}\n")
    assert page.what.endswith(".") or page.what.endswith(".)")
    assert page.why
    assert page.wrong
    assert page.right


@pytest.mark.parametrize(
    "page", [p for p in PAGES if p.code not in STORE | {"HR401"}], ids=lambda p: p.code
)
def test_the_wrong_example_has_the_finding_and_the_right_one_has_none(page: Page) -> None:
    found = codes(page.wrong)
    assert page.code in found, found
    assert found <= {page.code, *BESIDE.get(page.code, ())}, found
    assert codes(page.right) == set()


# What an example cannot be wrong about alone.
BESIDE = {
    "HR009": {"HR102", "HR103"},
    "HR303": {"HR302"},
    "HR342": {"HR340"},
}


def test_the_scenario_that_goes_otherwise() -> None:
    page = explain("HR401")
    site, others = around()
    for examples, expected in ((page.wrong, ["HR401"]), (page.right, [])):
        (one,) = checked(examples)
        assert one.source is not None
        assert one.data is not None
        played = play(one.source, one.data, build(others["model"], "x"), build_site(site))
        assert [finding.code for finding in played.findings] == expected


def test_nothing_else_lies_among_the_pages() -> None:
    folder = Path(explain_module.__file__).parent / "pages"
    assert {file.stem for file in folder.iterdir()} == set(CODES)


def test_no_example_carries_errors_it_does_not_speak_of() -> None:
    for page in PAGES:
        if page.code in STORE:
            continue
        errors = {
            finding.code
            for one in checked(page.right)
            for finding in one.findings
            if finding.severity is Severity.ERROR
        }
        assert not errors, page.code


def test_the_book_of_all_pages_is_up_to_date() -> None:
    book = Path(__file__).parents[2] / "docs" / "findings.md"
    assert book.read_text("utf-8") == findings(), (
        "run: python -m handrail.cli.findings > docs/findings.md"
    )


@pytest.mark.parametrize("name", ["HR210", "hr210", "210"])
def test_a_code_is_found_however_it_is_written(name: str) -> None:
    assert explain(name).code == "HR210"


def test_what_is_no_code() -> None:
    with pytest.raises(NotFoundError, match="did you mean HR210"):
        explain("HR2100")
