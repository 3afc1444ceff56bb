"""Messages that wait to be sent, held against the records that queued them."""

# ruff: noqa: S608 - the statements are the attacks

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from audit_play import Site

from handrail.engine.audit.findings import Depth
from handrail.engine.custody.found import Wanted
from handrail.engine.custody.redact import Ground, redact
from handrail.engine.documents.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALL = b"""\
handrail: 1
kind: protocol
id: call
revision: 1
title: Call
purpose: Call somebody.
owner: head-of-security
addresses: {assets: [visitors], adversaries: [organised-thieves], methods: [hostile-reconnaissance]}
impact: {level: low, text: None.}
facts:
  words: {type: text, ask: What was said?}
  sure: {type: yes-no, ask: Is that sure?}
  later: {type: text, ask: What else?}
  tone: {type: choice, ask: How?, of: {calm: {en: calmly, sv: lugnt}, loud: {en: loudly}}}
start: here
states:
  here:
    by: [guard]
    steps:
      call:
        ask: [words, sure, tone]
        then:
          - notify:
              to: [duty-manager, head-of-security]
              text: {en: "{site}, {incident}: {words} ({sure}, {tone})", nl: "{words} ({sure})"}
          - set: {sure: false}
        to: here
      more: {ask: [later], to: here}
      end:
        then: [{notify: {to: [duty-manager], text: "{incident}: {later}"}}]
        to: over
  over: {final: over}
"""


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Path:
    """Two incidents with messages that wait, said in several languages."""
    folder: Path = tmp_path_factory.mktemp("outbox")
    patch.setenv("XDG_STATE_HOME", str(folder / "state"))
    site = Site(folder / "workspace")
    site.engine.person = "greta"
    site.engine.register([read_source(CALL, "call.yaml")])
    site.engine.person = "helena"
    site.engine.agree(["call"])
    site.engine.person = "anna"
    for lang in ("en", "nl"):
        site.engine.casebook._lang = lang
        case = site.engine.open("call")["id"]
        for words, tone in (("come at once", "calm"), ("all is well", "loud")):
            site.engine.step(case, "call", {"words": words, "sure": "yes", "tone": tone})
    site.engine.close()
    return folder / "workspace"


@pytest.fixture
def site(called: Path, tmp_path: Path) -> Iterator[Site]:
    """A copy of it to attack."""
    site = Site.again(shutil.copytree(called, tmp_path / "workspace"))
    yield site
    site.engine.close()


def texts(site: Site) -> list[str]:
    with site.engine.reading() as reader:
        return [row.text for row in reader.outbox() if row.case.startswith("INC-")]


def before(store: sqlite3.Connection) -> int:
    """How many messages of documents' agreements were queued before those of incidents."""
    (number,) = store.execute("SELECT min(number) FROM outbox WHERE case_id LIKE 'INC%'").fetchone()
    return int(number) - 1


def findings(site: Site) -> list[tuple[str, str | None]]:
    note = site.sign()
    return [(one.code, one.case) for one in site.verify(Depth.CONSISTENT, note).findings]


def test_what_was_given_with_the_step_is_in_its_message(site: Site) -> None:
    assert texts(site) == [
        "North Museum, INC-2026-0001: come at once (yes, calmly)",
        "North Museum, INC-2026-0001: all is well (yes, loudly)",
        "come at once (ja)",
        "all is well (ja)",
    ]
    assert findings(site) == []


N = "WHERE number = {} + :before"  # the nth message of an incident
COPY = "INSERT INTO outbox SELECT 99, case_id, {}, run, recipients, tries, {} FROM outbox {}"


@pytest.mark.parametrize(
    ("statement", "code", "case"),
    [
        ("UPDATE outbox SET text = 'Stay at home.' " + N.format(1), "projection-differs", 1),
        ("UPDATE outbox SET text = 'Stay at home.' " + N.format(4), "projection-differs", 2),
        ("UPDATE outbox SET text = x'ff' " + N.format(1), "projection-differs", 1),
        ("""UPDATE outbox SET recipients = '["bram"]' """ + N.format(1), "projection-differs", 1),
        ("UPDATE outbox SET run = 'call-2' " + N.format(3), "projection-differs", 2),
        ("UPDATE outbox SET text = NULL " + N.format(2), "projection-missing", 1),
        ("DELETE FROM outbox WHERE case_id = 'INC-2026-0002'", "projection-missing", 2),
        ("UPDATE outbox SET case_id = 'A' " + N.format(1), "projection-missing", 1),
        ("UPDATE outbox SET case_id = 'INC-2026-0003' " + N.format(1), "projection-extra", 3),
        (COPY.format("cseq", "text", N.format(1)), "projection-extra", 1),
        (COPY.format("0", "'All clear.'", N.format(3)), "projection-extra", 2),
        ("UPDATE outbox SET recipients = '[' " + N.format(1), "projection-unreadable", None),
    ],
)
def test_an_altered_message_is_found(
    site: Site, statement: str, code: str, case: int | None
) -> None:
    with closing(sqlite3.connect(site.path, isolation_level=None)) as store:
        store.execute(statement, {"before": before(store)})
    incident = None if case is None else f"INC-2026-000{case}"
    assert (code, incident) in findings(site)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("come at once (jawel)", True),
        ("come at once (nee)", False),
        ("come at once (no)", False),
        ("come at once (ja, unarmed)", False),
        ("come at once (ja) unarmed", False),
        ("come later (jawel)", False),
        ("come at once ()", False),
    ],
)
def test_words_of_the_program_may_have_been_others(site: Site, *, text: str, same: bool) -> None:
    """A version whose catalogue said yes in another word has altered nothing."""
    alter(site, 3, text)
    assert (findings(site) == []) is same


@pytest.mark.parametrize(
    ("gap", "same"),
    [
        ("[later: not yet known]", True),
        ("[later is unknown so far]", True),
        ("[sure: not yet known]", False),
        ("[later: not yet known] Stay at home.", False),
        ("Stay at home.", False),
    ],
)
def test_so_may_the_words_for_what_is_not_yet_known(site: Site, *, gap: str, same: bool) -> None:
    site.engine.person = "anna"
    site.engine.step("INC-2026-0001", "end", {})
    alter(site, 5, f"INC-2026-0001: {gap}")
    assert (findings(site) == []) is same


def alter(site: Site, number: int, text: str) -> None:
    """Have the nth message of an incident say something else."""
    with closing(sqlite3.connect(site.path, isolation_level=None)) as store:
        where = {"text": text, "before": before(store)}
        done = store.execute(f"UPDATE outbox SET text = :text {N.format(number)}", where)
        assert done.rowcount == 1


def test_a_message_that_was_withdrawn_need_not_wait_and_may_not(site: Site) -> None:
    site.engine.person = "helena"
    with closing(sqlite3.connect(site.path, isolation_level=None)) as store:
        text, wanted = store.execute(
            "SELECT text, cseq FROM outbox WHERE number = 1 + :before", {"before": before(store)}
        ).fetchone()
        told: Any = redact(
            site.engine, "INC-2026-0001", Wanted(facts=("words",)), Ground("GDPR art. 17", "asked")
        )
        assert wanted in told["withdrawn"]
        assert findings(site) == []
        store.execute(
            "UPDATE outbox SET text = ? WHERE case_id LIKE 'INC%' AND cseq = ?", (text, wanted)
        )
    assert ("projection-extra", "INC-2026-0001") in findings(site)
