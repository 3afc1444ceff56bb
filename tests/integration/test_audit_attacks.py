"""Attacks on a log that the engine wrote, and the honest logs that none is seen in."""

from __future__ import annotations

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest
from audit_play import Site
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.engine.audit.findings import Depth, Verdict
from handrail.engine.audit.verify import verify
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from handrail.engine.audit.findings import Result
    from handrail.engine.ledger.checkpoint import VerifierKey


class Played(NamedTuple):
    path: Path
    key: VerifierKey
    anchor: str

    def verify(self) -> Result:
        with SqliteStore.open(self.path) as store:
            return verify(store, [self.key], against=[self.anchor])


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Played:
    """Some days at a site, signed."""
    folder: Path = tmp_path_factory.mktemp("site")
    patch.setenv("XDG_STATE_HOME", str(folder / "state"))
    site = Site(folder / "workspace")
    for seed in range(3):
        site.play(Random(seed), 60)  # noqa: S311 - a play, not a secret
    site.engine.person = "anna"
    site.engine.open("suspicious-person", title="left open, with a deadline")
    anchor = site.sign()
    site.engine.close()
    return Played(site.path, site.key, anchor)


@pytest.fixture
def log(played: Played, tmp_path: Path) -> Played:
    """A copy to attack."""
    return played._replace(path=shutil.copy(played.path, tmp_path / "store.db"))


def test_what_was_played_is_ok(played: Played) -> None:
    result = played.verify()
    assert result.findings == ()
    assert (result.verdict, result.anchored) == (Verdict.OK, result.records)


OTHER_DATA = (
    "UPDATE document SET data = CAST(replace(CAST(data AS TEXT), 'guard', 'visitor') AS BLOB)"
    " WHERE id = 'suspicious-person'"
)
OTHER_SOURCE = (
    "UPDATE document SET source = CAST(replace(CAST(source AS TEXT), 'guard', 'visitor') AS BLOB)"
    " WHERE id = 'suspicious-person'"
)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE document SET author = 'bram' WHERE id = 'suspicious-person'", "document-column"),
        ("UPDATE document SET revision = 9 WHERE id = 'suspicious-person'", "document-column"),
        ("UPDATE document SET kind = 'lifecycle' WHERE kind = 'protocol'", "document-column"),
        (OTHER_DATA, "document-altered"),
        (OTHER_SOURCE, "source-altered"),
        ("DELETE FROM document WHERE id = 'suspicious-person'", "document-missing"),
        ("UPDATE in_force SET revision = 2 WHERE id = 'suspicious-person'", "projection-differs"),
        ("UPDATE in_force SET since = '2020' WHERE id = 'north-museum'", "projection-differs"),
        ("DELETE FROM in_force WHERE id = 'suspicious-person'", "projection-missing"),
        ("UPDATE in_force SET id = 'other' WHERE id = 'suspicious-person'", "projection-extra"),
        ("UPDATE deadline SET due = '2099-01-01T00:00:00.000000Z'", "projection-differs"),
        ("UPDATE deadline SET passed = 1 - passed", "projection-differs"),
        ("DELETE FROM deadline", "projection-missing"),
        ("UPDATE deadline SET owner = 'elsewhere' WHERE owner = 'observe'", "projection-extra"),
        ("UPDATE incident SET phase = 'after' WHERE phase = 'during'", "projection-differs"),
        ("UPDATE incident SET drill = 1 - drill", "projection-differs"),
        ("UPDATE incident SET title = 'x' WHERE title IS NOT NULL", "projection-differs"),
        ("UPDATE incident SET version = version + 1", "projection-differs"),
        ("DELETE FROM disclosure", "disclosure-missing"),
        ("UPDATE disclosure SET disclosure = disclosure || 'A'", "disclosure-altered"),
        ("DELETE FROM evidence", "evidence-missing"),
        ("UPDATE evidence SET data = x'00'", "evidence-altered"),
    ],
)
def test_an_attack_by_plain_sql_is_found(log: Played, statement: str, found: str) -> None:
    connection = sqlite3.connect(log.path)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in names.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    changed = connection.execute(statement).rowcount
    connection.commit()
    connection.close()
    assert changed > 0
    result = log.verify()
    assert found in {finding.code for finding in result.findings}
    assert result.verdict is Verdict.FAIL


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("honest")
    patch.setenv("XDG_STATE_HOME", str(folder / "state"))
    site = Site(folder / "workspace")
    yield site
    site.engine.close()


@settings(deadline=None, max_examples=6)
@given(st.randoms(use_true_random=False), st.integers(1, 30))
def test_an_honest_log_raises_no_alarm(site: Site, random: Random, turns: int) -> None:
    site.play(random, turns)
    assert site.verify(Depth.LEGAL).findings == ()


def test_writers_meanwhile_raise_no_alarm(site: Site) -> None:
    with ThreadPoolExecutor(1) as pool:
        playing = pool.submit(writing, site)
        found = [site.verify(Depth.LEGAL, jobs=jobs).findings for jobs in (1, 1, 2, 1)]
        playing.result()
    assert found == [()] * 4
    assert site.verify(Depth.LEGAL).findings == ()


def writing(site: Site) -> None:
    """Play in a thread of its own, which needs a connection of its own."""
    other = object.__new__(Site)
    other.clock, other.key, other.workspace = site.clock, site.key, site.workspace
    other.open_again()
    other.play(Random(11), 120)  # noqa: S311 - a play, not a secret
    other.engine.close()
