"""The attacks that a log must show, by plain SQL, with the log key in hand where it says so."""

from __future__ import annotations

import shutil
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from audit_play import Site
from tamper_play import Log, row

from handrail.engine.audit.findings import Verdict
from handrail.engine.ledger.record import canonical, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Record = dict[str, Any]
    Attack = Callable[["Log"], object]


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Log:
    """Some days at a site, a backup in between."""
    folder: Path = tmp_path_factory.mktemp("table")
    patch.setenv("XDG_STATE_HOME", str(folder / "state"))
    site = Site(folder / "workspace")
    backup = folder / "backup.db"
    for seed in range(3):
        site.play(Random(seed), 40)  # noqa: S311 - a play, not a secret
        if seed == 1:
            site.engine.close()
            shutil.copy(site.path, backup)
            site.open_again()
    site.engine.person = "anna"
    case = str(site.engine.open("suspicious-person", title="by the dock")["id"])
    site.engine.note(case, "a grey van")
    site.engine.attach(case, "photo.jpg", b"bytes")
    anchor = site.sign()
    site.engine.close()
    return Log(site.path, backup, site.key, site.workspace.key, anchor)


@pytest.fixture
def log(made: Log, tmp_path: Path) -> Log:
    return made._replace(path=shutil.copy(made.path, tmp_path / "store.db"))


def some(log: Log, kind: str) -> tuple[int, Record]:
    """A record of a type from the middle of the log, with its index."""
    found = [(seq, one) for seq, one in enumerate(log.records()) if one["type"] == kind]
    return found[len(found) // 2]


def edit(log: Log) -> None:
    seq, record = some(log, "step-taken")
    record["actor"]["id"] = "bram"
    log.sql("UPDATE record SET data = :d WHERE seq = :s", s=seq, d=canonical(record))


def edit_with_its_hash(log: Log) -> None:
    seq, record = some(log, "step-taken")
    record["actor"]["id"] = "bram"
    data = canonical(record)
    log.sql(
        "UPDATE record SET data = :d, leaf = :l, actor = 'bram' WHERE seq = :s",
        s=seq,
        d=data,
        l=leaf_hash(data),
    )


def swap(log: Log) -> None:
    seq, _ = some(log, "step-taken")
    log.sql(
        "UPDATE record SET seq = -1 WHERE seq = :s",
        "UPDATE record SET seq = :s WHERE seq = :s + 1",
        "UPDATE record SET seq = :s + 1 WHERE seq = -1",
        s=seq,
    )


def add(log: Log) -> None:
    """A copy of a record at the end, as the next of its case."""
    records = log.records()
    twin = next(one for one in records[::-1] if one["type"] == "noted")
    twin["cseq"] = 900
    log.put(row(len(records), twin, canonical(twin)))


def insert(log: Log) -> None:
    seq, record = some(log, "noted")
    log.sql(
        "UPDATE record SET seq = -seq - 2 WHERE seq >= :s",
        "UPDATE record SET seq = -seq - 1 WHERE seq < -1",
        s=seq,
    )
    record["cseq"] = 900
    log.put(row(seq, record, canonical(record)))


def cut(log: Log) -> None:
    log.sql("DELETE FROM record WHERE seq > (SELECT max(seq) - 3 FROM record)")


def without(log: Log, kind: str) -> None:
    """All made anew without a record, and signed."""
    seq, _ = some(log, kind)
    records = log.records()
    log.rewrite([*records[:seq], *records[seq + 1 :]])


def rewrite(log: Log) -> None:
    """A note is told of an earlier time, as the engine would have let it be."""
    seq, record = some(log, "noted")
    record["occurred"] = "2026-11-21T10:00:00.000000Z"
    records = log.records()
    log.rewrite([*records[:seq], record, *records[seq + 1 :]])


def shorter(log: Log) -> None:
    log.rewrite(log.records()[:-4])


def back_date(log: Log) -> None:
    seq, record = some(log, "step-taken")
    record |= {"recorded": "2026-11-21T09:00:00.000000Z", "occurred": "2026-11-21T09:00:00.000000Z"}
    records = log.records()
    log.rewrite([*records[:seq], record, *records[seq + 1 :]])


def future(log: Log) -> None:
    seq, record = some(log, "noted")
    record["occurred"] = "2027-01-01T00:00:00.000000Z"
    records = log.records()
    log.rewrite([*records[:seq], record, *records[seq + 1 :]])


def by_another(log: Log) -> None:
    """A step by somebody who has not the role, all made anew and signed."""
    seq, record = some(log, "step-taken")
    record["actor"] |= {"id": "karin", "roles": ["reception"]}
    records = log.records()
    log.rewrite([*records[:seq], record, *records[seq + 1 :]])


def roll_back(log: Log) -> None:
    shutil.copy(log.backup, log.path)


def run(*statements: str) -> Attack:
    return lambda log: log.sql(*statements)


def document(column: str) -> Attack:
    return run(
        f"UPDATE document SET {column} = CAST(replace(CAST({column} AS TEXT), 'guard', 'visitor')"  # noqa: S608 - two words
        " AS BLOB) WHERE id = 'suspicious-person'"
    )


# What is done -> the finding, whether without an anchor too.
ATTACKS: dict[str, tuple[str, bool, Attack]] = {
    "edit": ("record-altered", True, edit),
    "edit with its hash": ("chain-broken", True, edit_with_its_hash),
    "delete in the middle": (
        "record-missing",
        True,
        run("DELETE FROM record WHERE seq = (SELECT max(seq) / 2 FROM record)"),
    ),
    "swap": ("head-differs", True, swap),
    "duplicate": ("tail-added", True, add),
    "insert": ("case-gap", True, insert),
    "cut the tail": ("tail-cut", True, cut),
    "cut the tail and its checkpoints": ("anchor-beyond", False, shorter),
    "rewrite all and re-sign": ("anchor-differs", False, rewrite),
    "rewrite without a step": ("forged-order", True, lambda log: without(log, "step-taken")),
    "roll back to a backup": ("anchor-beyond", False, roll_back),
    "back-date": ("time-backwards", True, back_date),
    "date ahead": ("time-ahead", True, future),
    "change a projection": (
        "projection-differs",
        True,
        run("UPDATE incident SET phase = 'after' WHERE phase = 'during'"),
    ),
    "change a disclosure": (
        "disclosure-altered",
        True,
        run("UPDATE disclosure SET disclosure = disclosure || 'A'"),
    ),
    "remove a disclosure": ("disclosure-missing", True, run("DELETE FROM disclosure")),
    "change a disclosure of the site plan": (
        "disclosure-altered",
        True,
        run(
            "UPDATE disclosure SET disclosure = disclosure || 'A'"
            " WHERE case_id = 'DOC-north-museum'"
        ),
    ),
    "remove a disclosure of the site plan": (
        "disclosure-missing",
        True,
        run("DELETE FROM disclosure WHERE case_id = 'DOC-north-museum'"),
    ),
    "change a definition": ("document-altered", True, document("data")),
    "change its text": ("source-altered", True, document("source")),
    "alter evidence": ("evidence-altered", True, run("UPDATE evidence SET data = x'00'")),
    "a step by somebody without the role": ("forged-role", True, by_another),
}


def test_the_log_is_ok_before(made: Log) -> None:
    result = made.verify()
    assert (result.verdict, result.findings) == (Verdict.OK, ())
    assert made.verify(anchored=False).verdict is Verdict.UNANCHORED


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found(log: Log, name: str) -> None:
    code, alone, attack = ATTACKS[name]
    attack(log)
    result = log.verify()
    assert code in {one.code for one in result.findings}
    assert result.verdict is Verdict.FAIL
    bare = log.verify(anchored=False)
    assert (code in {one.code for one in bare.findings}) is alone
    assert bare.verdict is not Verdict.OK
