"""A store of 1,000,000 records beside an empty one: a step, and what an auditor asks.

It takes minutes to fill; HANDRAIL_MILLION names a folder to keep it in for the next time.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import nullcontext
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.audit import HASHES, NODE, hashes, speed
from benchmarks.process import program, run
from benchmarks.table import Row, interleaved
from benchmarks.workplace import workplace
from handrail.engine.audit.findings import Report
from handrail.engine.audit.intact import BATCH, check_intact
from handrail.engine.audit.marks import Marks
from handrail.engine.audit.shares import hashing
from handrail.engine.casebook import entry_of
from handrail.engine.engine import Engine
from handrail.engine.ledger.record import canonical
from handrail.engine.people import account
from handrail.engine.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handrail.engine.store.base import Writer

__all__ = ["rows"]

RECORDS = int(os.environ.get("HANDRAIL_RECORDS", "1000000"))
KEPT = os.environ.get("HANDRAIL_MILLION")
EACH = 25  # records of one incident
PEOPLE = 500  # whose incidents they are
ROUNDS = 300
RUNS = 5  # of a whole process
CASE, PERSON = "INC-1999-000007", "person-7"
# What an auditor asks, and the same of a store that has next to nothing of it.
ASKED = {
    "its last page": (["audit", "log", "--last", "40"],) * 2,
    "one incident's records": (
        ["audit", "log", "--case", CASE],
        ["audit", "log", "--case", "INC-2026-0001"],
    ),
    "a person's last page": (
        ["audit", "log", "--by", PERSON, "--last", "40"],
        ["audit", "log", "--by", account(), "--last", "40"],
    ),
    "all 1,840 of a person's records": (
        ["audit", "log", "--by", PERSON],
        ["audit", "log", "--by", account()],
    ),
    "a person's page of one type": (
        ["audit", "log", "--by", PERSON, "--type", "step-taken", "--last", "40"],
        ["audit", "log", "--by", account(), "--type", "step-taken", "--last", "40"],
    ),
    "audit show": (["audit", "show", CASE], ["audit", "show", "INC-2026-0001"]),
    "show": (["show", CASE], ["show", "INC-2026-0001"]),
    "list --open": (["list", "--open"],) * 2,
}


def rows() -> list[Row]:
    """Seconds a step, at most 1.2 times; what is asked, at most a quarter of a second more."""
    empty, full = workplace(), filled()
    return [step_row(empty, full), *asked_rows(empty, full), *intact_rows(full)]


def step_row(empty: Workspace, full: Workspace) -> Row:
    small, large = Engine.at(empty), Engine.at(full)
    for engine in (small, large):
        engine.quiet = True
    works = [stepper(small), stepper(large)]
    for work in works:
        for _ in range(30):
            work()
    none, million = interleaved(works, ROUNDS)
    small.close()
    large.close()
    return Row(
        what=f"a step among {RECORDS:,} records",
        ours=million * 1e6,
        peer="in an empty store",
        theirs=none * 1e6,
        unit="µs",
        ratio=million / none,
        target="<= 1.2",
    )


def asked_rows(empty: Workspace, full: Workspace) -> list[Row]:
    found = []
    for what, (ours, theirs) in ASKED.items():
        works = [asker(full, ours), asker(empty, theirs)]
        for work in works:
            work()
        million, none = interleaved(works, RUNS)
        found.append(
            Row(
                what=f"{what} of {RECORDS:,}, whole process",
                ours=million * 1e3,
                peer="in an empty store",
                theirs=none * 1e3,
                unit="ms",
                ratio=million - none,  # seconds more
                target="<= 0.25",
            )
        )
    return found


def intact_rows(full: Workspace) -> Iterator[Row]:
    """Records hashed in a second by the clock, beside the hashes that openssl makes on one core."""
    with Engine.at(full) as engine, engine.store.read() as reader:
        size = reader.head().size
        length = sum(len(data) for *_, data in reader.part(0, BATCH)) // BATCH
        allowed = 1 / (1 / hashes(length + 1) + 1 / hashes(NODE))
        for jobs, what in ((1, "one process"), (2, "two processes")):
            speeds = []
            for _ in range(3):
                report, began = Report(), time.perf_counter()
                with hashing(engine.store, reader, jobs) if jobs > 1 else nullcontext(()) as parts:
                    check_intact(reader, Marks([], report), report, parts)
                speeds.append(size / (time.perf_counter() - began))
            assert not report.findings
            name = f"verify intact of {size:,} records, {what}"
            yield speed(name, max(speeds), f"{HASHES}, one core", allowed, ">= 0.3")


def asker(workspace: Workspace, words: list[str]) -> Callable[[], object]:
    return lambda: run([program(), *words], workspace.root)


def filled() -> Workspace:
    """A workspace with that many records, made now or before."""
    if KEPT and (kept := Workspace(Path(KEPT))).mark.exists():
        return kept
    workspace = workplace()
    with Engine.at(workspace) as engine:
        engine.quiet = True
        fill(engine)
    return Workspace(Path(shutil.copytree(workspace.root, KEPT))) if KEPT else workspace


def stepper(engine: Engine) -> Callable[[], object]:
    """Step one of several incidents in turn, as many operators do."""
    cases = cycle([engine.open("ping")["id"] for _ in range(8)])
    return lambda: engine.step(next(cases), "go", {"linked": True})


def fill(engine: Engine) -> None:
    """Records of incidents as they would be, made from those of one real incident."""
    case = engine.open("ping")["id"]
    for _ in range(EACH - 4):
        engine.step(case, "go", {"linked": True})
    with engine.reading() as reader:
        pattern = [json.loads(data) for data in reader.case_records(case)][:EACH]
        shown = reader.incident(case)
    assert shown is not None
    total = number = 0
    while total < RECORDS:
        with engine.store.write() as writer:
            for _ in range(2_000):
                number += 1
                name, person = f"INC-1999-{number:06d}", f"person-{number % PEOPLE}"
                total += append(writer, pattern, name, person)
                row = shown._replace(id=name, status="closed", people=(person,))
                writer.put_incident(row)
                if total >= RECORDS:
                    break


def append(writer: Writer, pattern: list[dict[str, Any]], case: str, person: str) -> int:
    previous = None
    for cseq, record in enumerate(pattern):
        whole = {**record, "case": case, "cseq": cseq, "prev": previous}
        if record["actor"]["how"] != "engine":
            whole["actor"] = {**record["actor"], "id": person}
        entry = entry_of(whole, canonical(whole))
        previous = entry.leaf.hex()
        writer.append(entry)
    return len(pattern)
