"""``protocol check`` as a whole process beside check-jsonschema, and many in one process."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.process import program, run
from benchmarks.table import Row, interleaved
from handrail.engine.documents.check import check_all, check_bytes
from handrail.engine.documents.library import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["rows"]

ROUNDS = 15
MANY = 1_000
MOST_MS = 10.0  # of one of them, with all rules
ROOT = Path(__file__).parents[1]
LONGEST = ROOT / "protocols" / "bomb-threat-telephone.yaml"  # 333 lines


def rows() -> list[Row]:
    """Wall time of the process, at most that of the schema alone; CPU time of one in a thousand."""
    return [_process(), _thousand()]


def _process() -> Row:
    ours = [program(), "protocol", "check", "--format", "json", str(LONGEST)]
    schema = ROOT / "schemas" / "protocol.schema.json"
    peer = Path(sys.executable).parent / "check-jsonschema"
    theirs = [str(peer), "--schemafile", str(schema), str(LONGEST)]
    for command in (ours, theirs):  # compiled once, as installed programs are
        run(command, ROOT)
    mine, other = interleaved([lambda: run(ours, ROOT), lambda: run(theirs, ROOT)], ROUNDS)
    return Row(
        what="handrail protocol check, whole process, all rules",
        ours=mine * 1e3,
        peer="check-jsonschema, the schema alone",
        theirs=other * 1e3,
        unit="ms",
        ratio=mine / other,
        target="<= 1",
    )


def _thousand() -> Row:
    """The library's machines in turns, each read and checked anew against its surroundings."""
    library = shipped("north-museum")
    checked = check_all((one.path, one.data) for one in library)
    others = {one.data["id"]: one.data for one in checked if one.data and "id" in one.data}
    machines = [one for one in library if one.path.startswith("protocols/")]
    each = [
        _seconds(machines[number % len(machines)].data, others["north-museum"], others)
        for number in range(MANY)
    ]
    mine = sum(each) / MANY
    return Row(
        what=f"check of {MANY:,} protocols in one process, each (median {median(each) * 1e3:.1f})",
        ours=mine * 1e3,
        peer="the bound",
        theirs=MOST_MS,
        unit="ms",
        ratio=mine * 1e3 / MOST_MS,
        target="<= 1",
    )


def _seconds(
    data: bytes, site: Mapping[str, object], others: Mapping[str, dict[str, object]]
) -> float:
    began = time.process_time()
    check_bytes(data, "protocol.yaml", site=site, others=others)
    return time.process_time() - began
