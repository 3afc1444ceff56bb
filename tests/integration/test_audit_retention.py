"""Retention: what was kept long enough goes, by the rules of the site plan in force."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from audit_play import Site

from handrail.cli.keeping import keeping_symptoms
from handrail.engine.audit.findings import Depth
from handrail.engine.custody.hold import hold
from handrail.engine.custody.retention import apply_retention, due
from handrail.engine.custody.rotate import rotate_key
from handrail.engine.documents.source import read_source
from handrail.engine.refused import RefusedError
from handrail.engine.store.rows import Filter
from handrail.engine.text import say

if TYPE_CHECKING:
    from pathlib import Path

    from handrail.cli.health import Symptom

RULES = """
retention:
  drills: {drill: true, keep: 30d, basis: "GDPR art. 5(1)(e); drills"}
  objects: {protocol: suspicious-object, keep: 2d, basis: "GDPR art. 5(1)(e); objects"}
"""
PERSON, OBJECT, DRILL = "INC-2026-0001", "INC-2026-0002", "INC-2026-0003"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site with rules, and three incidents that closed without a word."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    site = Site(tmp_path / "work")
    text = site.workspace.site.read_text("utf-8")
    text = text.replace("revision: 1", "revision: 2", 1) + RULES
    text = text if "revision: 2" in text else text.replace("kind: site", "kind: site\nrevision: 2")
    site.engine.person = "greta"
    plan = site.engine.register([read_source(text.encode(), "site.yaml")])[0]["id"]
    site.engine.person = "helena"
    site.engine.agree([plan])
    for protocol, is_drill in (
        ("suspicious-person", False),
        ("suspicious-object", False),
        ("suspicious-object", True),
    ):
        close(site, protocol, is_drill)
    site.engine.person = "helena"
    return site


def close(site: Site, protocol: str, is_drill: bool) -> None:  # noqa: FBT001 - a row of the table
    """Open an incident and write in it."""
    site.engine.person = "helena"
    view = site.engine.open(protocol, {}, title=f"title of {protocol}", drill=is_drill)
    site.engine.note(view["id"], "somebody said something")
    shut(site, view["id"])


def shut(site: Site, incident: str) -> None:
    """Let the row say closed, which the rules read: the way through the lifecycle is long."""
    with site.engine.writing() as writer:
        row = writer.incident(incident)
        assert row is not None
        writer.put_incident(row._replace(status="closed", closed=row.opened))


def said_by_doctor(site: Site) -> dict[str, Symptom]:
    session = SimpleNamespace(say=partial(say, "en"), line=lambda *words: " ".join(words))
    return {one.code: one for one in keeping_symptoms(site.engine, session)}  # type: ignore[arg-type]


def test_doctor_says_what_is_due_what_is_held_and_how_old_the_key_is(site: Site) -> None:
    assert set(said_by_doctor(site)) == {"key-age"}
    site.clock.forward(timedelta(days=3))
    hold(site.engine, PERSON, "a court asked")
    told = said_by_doctor(site)
    assert OBJECT in told["retention"].text
    assert PERSON in told["hold"].text
    hold(site.engine, OBJECT, "a court asked")
    hold(site.engine, PERSON, "it was settled", release=True)
    told = said_by_doctor(site)
    assert "retention" not in told
    assert PERSON not in told["hold"].text
    assert told["key-age"].status == "ok"
    site.clock.forward(timedelta(days=363))
    assert said_by_doctor(site)["key-age"].mend == "audit rotate-key"
    rotate_key(site.engine)
    assert said_by_doctor(site)["key-age"].status == "ok"


def test_what_is_due_depends_on_the_kind_and_the_time(site: Site) -> None:
    assert due(site.engine) == []
    site.clock.forward(timedelta(days=3))
    rows = due(site.engine)
    assert [(row["incident"], row["rule"], row["values"]) for row in rows] == [
        (OBJECT, "objects", 2)
    ]
    site.clock.forward(timedelta(days=30))
    assert [(row["incident"], row["rule"]) for row in due(site.engine)] == [
        (OBJECT, "objects"),
        (DRILL, "drills"),
    ]


def test_what_is_due_is_removed_with_the_rule_as_its_ground(site: Site) -> None:
    site.clock.forward(timedelta(days=33))
    rows = apply_retention(site.engine)
    assert [(row["incident"], row["removed"], row["scrubbed"]) for row in rows] == [
        (OBJECT, 2, True),
        (DRILL, 2, True),
    ]
    with site.engine.reading() as reader:
        records = [json.loads(row.data) for row in reader.log(Filter(type="redacted"))]
    assert [(one["case"], one["rule"], one["basis"]) for one in records] == [
        (OBJECT, "objects", "GDPR art. 5(1)(e); objects"),
        (DRILL, "drills", "GDPR art. 5(1)(e); drills"),
    ]
    assert site.engine.view(OBJECT)["title"] == "[redacted]"
    assert site.engine.view(PERSON)["title"] == "title of suspicious-person"
    for incident in (OBJECT, DRILL):
        shut(site, incident)
    assert due(site.engine) == []
    codes = {one.code for one in site.verify(Depth.CONSISTENT).findings}
    assert not {code for code in codes if "disclosure" in code or "redaction" in code}


def test_a_legal_hold_keeps_what_is_due(site: Site) -> None:
    site.clock.forward(timedelta(days=3))
    hold(site.engine, OBJECT, "a court asked")
    shut(site, OBJECT)
    assert [row["held"] for row in due(site.engine)] == [True]
    assert [(row["held"], row["removed"]) for row in apply_retention(site.engine)] == [(True, 0)]
    assert site.engine.view(OBJECT)["title"] == "title of suspicious-object"


def test_only_who_may_redact_may_apply_it(site: Site) -> None:
    site.clock.forward(timedelta(days=3))
    site.engine.person = "anna"
    with pytest.raises(RefusedError):
        apply_retention(site.engine)
    assert site.engine.view(OBJECT)["title"] == "title of suspicious-object"
