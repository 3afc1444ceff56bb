"""``audit verify``, beside what the processor allows: SHA-256 of as many bytes, by openssl.

*intact*: a leaf hash over each record and a node hash for each, as ``openssl speed``
has it for blocks of those sizes; compiled, where that was built, and in Python alone.
*legal*: decisions taken again, on one core.
"""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING
from unittest.mock import patch

from benchmarks.house import house
from benchmarks.table import Row
from benchmarks.workplace import workplace
from handrail.engine.audit import chains, intact
from handrail.engine.audit.findings import Depth, Report
from handrail.engine.audit.legal import told
from handrail.engine.audit.legal.check import check_cases, deciding
from handrail.engine.audit.legal.cut import cut
from handrail.engine.audit.marks import Marks
from handrail.engine.audit.verify import verify
from handrail.engine.engine import Engine
from handrail.engine.ledger import many, record
from handrail.engine.ledger.checkpoint import VerifierKey
from handrail.engine.ledger.merkle import CompactRange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from handrail.engine.store.base import Reader
    from handrail.engine.workspace import Workspace

__all__ = ["rows"]

CASES, STEPS = 160, 100
# Records of the mix, some minutes to play. Of fewer, more have to be learnt.
HOUSE = int(os.environ.get("HANDRAIL_RECORDS", "200000"))
ROUNDS, TURNS = 5, 4
NODE = 65  # bytes that a node's hash is over
HASHES = "openssl's leaf and node hashes"
LEGAL = 40_000  # records a second, as issue 5 wants them


def rows() -> list[Row]:
    """Records a second on one core; intact at least 0.3 of the hashes alone."""
    workspace = filled()
    with Engine.at(workspace) as engine, engine.store.read() as reader:
        size = reader.head().size
        length = sum(len(row.data) for row in reader.scan()) // size
        ours = python = least = allowed = 0.0
        for _ in range(TURNS):  # in turns: the machine's moods hit all alike
            allowed = max(allowed, 1 / (1 / hashes(length + 1) + 1 / hashes(NODE)))
            ours = max(ours, size / best(lambda: passed(reader)))
            with in_python():
                python = max(python, size / best(lambda: passed(reader)))
                least = max(least, size / best(lambda: read_and_hashed(reader, size)))
        judging = best(lambda: judged(reader, size, engine.store.origin), rounds=TURNS * ROUNDS)
        legal = size / judging
    return [
        speed(f"verify intact, records of {length} bytes", ours, HASHES, allowed, ">= 0.3"),
        speed("the same in Python alone", python, HASHES, allowed),
        speed("in Python, records read and hashed, nothing compared", least, HASHES, allowed),
        decided("verify legal, one core, a step again and again", legal),
        *mixed(),
    ]


def decided(what: str, ours: float, target: str = ">= 1") -> Row:
    """Decisions taken again in a second."""
    return speed(what, ours, "what issue 5 wants", LEGAL, target)


def speed(what: str, ours: float, peer: str, theirs: float, target: str = "") -> Row:
    """Two speeds, in records a second."""
    ratio = ours / theirs
    return Row(
        what=what, ours=ours, peer=peer, theirs=theirs, unit="/s", ratio=ratio, target=target
    )


def mixed() -> Iterator[Row]:
    """The library's scenarios, by several people; and the decisions shared by two processes."""
    workspace = house(HOUSE)
    with Engine.at(workspace, person="helena") as engine, engine.store.read() as reader:
        size, origin = reader.head().size, engine.store.origin
        yield decided(
            f"verify legal, one core, {size} records of a museum at work",
            size / best(lambda: judged(reader, size, origin)),
        )
        with in_python():
            python = size / best(lambda: judged(reader, size, origin))
        yield decided("the same in Python alone", python, "")

        def run(jobs: int) -> float:
            report, began = Report(), time.perf_counter()
            with deciding(engine.store, reader, origin, size=size, jobs=jobs) as finish:
                finish(report)
            return size / (time.perf_counter() - began)

        alone, together = max(run(1), run(1)), max(run(2), run(2))
    yield speed("the decisions, --jobs 2", together, "--jobs 1", alone, ">= 1.2")
    yield from whole(workspace, size)


def whole(workspace: Workspace, size: int) -> Iterator[Row]:
    """All three depths, with the decisions in two processes beside."""
    key = VerifierKey.parse(workspace.verifier.read_text("utf-8").strip())

    def run(jobs: int) -> float:
        with Engine.at(workspace) as engine:
            began = time.perf_counter()
            result = verify(engine.store, [key], depth=Depth.LEGAL, jobs=jobs)
            spent = time.perf_counter() - began
        assert not result.findings
        return size / spent

    alone, together = run(1), run(2)
    yield speed("verify --depth legal --jobs 2, whole", together, "--jobs 1, whole", alone, ">= 1")


def filled() -> Workspace:
    """Steps of several incidents, as they come in turn."""
    workspace = workplace()
    with Engine.at(workspace) as engine:
        engine.quiet = True
        cases = [engine.open("ping")["id"] for _ in range(CASES)]
        for _ in range(STEPS):
            for case in cases:
                engine.step(case, "go", {"linked": True})
    return workspace


@contextmanager
def in_python() -> Iterator[None]:
    """Without the compiled functions, as under ``HANDRAIL_PURE``."""
    with (
        patch.object(chains, "plain", None),
        patch.object(intact, "leaf_hashes", record.leaf_hashes),
        patch.object(told, "_cut", cut),
        patch.object(many, "node_hashes", record.node_hashes),
    ):
        yield


def passed(reader: Reader) -> None:
    intact.check_intact(reader, Marks([], Report()), Report())


def read_and_hashed(reader: Reader, size: int) -> None:
    tree = CompactRange()
    for at in range(0, size, intact.BATCH):
        tree.extend(record.leaf_hashes(map(itemgetter(3), reader.part(at, at + intact.BATCH))))
    assert tree.root() == reader.head().root


def judged(reader: Reader, size: int, origin: str) -> None:
    found: list[object] = []
    rows = reader.by_case_bytes("", None, size)
    check_cases(reader, rows, size, origin, lambda *place, **_: found.append(place))
    assert not found, found[:3]


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of this process's own time, the best of some rounds: others use the core too."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def hashes(length: int) -> float:
    """How many SHA-256 of this length openssl makes in a second of a core."""
    command = ["openssl", "speed", "-seconds", "1", "-bytes", str(length), "sha256"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1].removesuffix("k")) * 1_000 / length
