"""A step in a store of 1,000,000 records, beside the same step in an empty one."""

from __future__ import annotations

import json
import os
from itertools import cycle
from typing import TYPE_CHECKING

from benchmarks.table import Row, interleaved
from benchmarks.workplace import workplace
from handrail.engine.engine import Engine
from handrail.engine.ledger.record import canonical, leaf_hash
from handrail.engine.store.rows import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["rows"]

RECORDS = int(os.environ.get("HANDRAIL_RECORDS", "1000000"))
EACH = 25  # records of one incident
ROUNDS = 300


def rows() -> list[Row]:
    """Seconds a step; at most 1.2 times."""
    empty, full = workplace(), workplace()
    small, large = Engine.at(empty), Engine.at(full)
    for engine in (small, large):
        engine.quiet = True
    fill(large)
    works = [stepper(small), stepper(large)]
    for work in works:
        for _ in range(30):
            work()
    none, million = interleaved(works, ROUNDS)
    small.close()
    large.close()
    return [
        Row(
            what=f"a step among {RECORDS:,} records",
            ours=million * 1e6,
            peer="in an empty store",
            theirs=none * 1e6,
            unit="µs",
            ratio=million / none,
            target="<= 1.2",
        )
    ]


def stepper(engine: Engine) -> Callable[[], object]:
    """Step one of several incidents in turn, as many operators do."""
    cases = cycle([engine.open("ping")["id"] for _ in range(8)])
    return lambda: engine.step(next(cases), "go", {"linked": True})


def fill(engine: Engine) -> None:
    """Records of closed incidents as they would be, made from those of one real incident."""
    case = engine.open("ping")["id"]
    for _ in range(EACH - 4):
        engine.step(case, "go", {"linked": True})
    with engine.reading() as reader:
        pattern = [json.loads(data) for data in reader.case_records(case)][:EACH]
    total = number = 0
    while total < RECORDS:
        with engine.store.write() as writer:
            for _ in range(2_000):
                number += 1
                total += append(writer, pattern, f"INC-1999-{number:06d}")
                if total >= RECORDS:
                    break


def append(writer: object, pattern: list[dict[str, object]], case: str) -> int:
    previous = None
    for cseq, record in enumerate(pattern):
        whole = {**record, "case": case, "cseq": cseq, "prev": previous}
        data = canonical(whole)
        leaf = leaf_hash(data)
        previous = leaf.hex()
        writer.append(entry(whole, data, leaf))  # type: ignore[attr-defined]
    return len(pattern)


def entry(record: dict[str, object], data: bytes, leaf: bytes) -> Entry:
    protocol, actor = record.get("protocol"), record["actor"]
    return Entry(
        case=str(record["case"]),
        cseq=int(str(record["cseq"])),
        type=str(record["type"]),
        recorded=str(record["recorded"]),
        occurred=str(record["occurred"]),
        actor=actor["id"],  # type: ignore[index]
        run=record.get("run"),  # type: ignore[arg-type]
        protocol=protocol["id"] if protocol else None,  # type: ignore[index]
        drill=False,
        data=data,
        leaf=leaf,
    )
