"""An attacker with the store's file, plain SQL, and the log's key in hand."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.engine.audit.findings import Depth
from handrail.engine.audit.verify import verify
from handrail.engine.ledger.checkpoint import Checkpoint, LogKey
from handrail.engine.ledger.merkle import CompactRange
from handrail.engine.ledger.record import canonical, leaf_hash
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from pathlib import Path

    from handrail.engine.audit.findings import Result
    from handrail.engine.ledger.checkpoint import VerifierKey

Record = dict[str, Any]


class Log(NamedTuple):
    """A store in the hands of an attacker, who has the log key as well."""

    path: Path
    backup: Path  # of the store, some incidents ago
    key: VerifierKey
    secret: Path
    anchor: str

    def verify(self, *, anchored: bool = True, depth: Depth = Depth.LEGAL) -> Result:
        with SqliteStore.open(self.path) as store:
            return verify(store, [self.key], against=[self.anchor] * anchored, depth=depth)

    def sql(self, *statements: str, **values: object) -> list[Any]:
        """Do as one likes, without the triggers."""
        with closing(sqlite3.connect(self.path)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in found.fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            rows: list[Any] = []
            for statement in statements:
                rows = connection.execute(statement, values).fetchall()
            connection.commit()
            return rows

    def records(self) -> list[Record]:
        return [json.loads(data) for (data,) in self.sql("SELECT data FROM record ORDER BY seq")]

    def rewrite(self, records: list[Record]) -> None:
        """Make everything anew over these records: chains, tree, head and checkpoint."""
        self.sql("DELETE FROM record", "DELETE FROM checkpoint", "DELETE FROM span")
        tree, chains, rows = CompactRange(), dict[str, tuple[int, str | None]](), []
        for record in records:
            cseq, prev = chains.get(record["case"], (0, None))
            data = canonical({**record, "cseq": cseq, "prev": prev})
            rows.append(row(tree.size, json.loads(data), data))
            chains[record["case"]] = (cseq + 1, leaf_hash(data).hex())
            tree.append(leaf_hash(data))
        self.put(*rows)
        self.head(tree)

    def put(self, *rows: Record) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executemany(PUT, rows)
            connection.commit()

    def head(self, tree: CompactRange) -> None:
        origin = self.key.name
        note = LogKey.load(self.secret, self.key.name).sign(
            Checkpoint(origin=origin, size=tree.size, root=tree.root())
        )
        self.sql("UPDATE head SET size = :n, hashes = :h", n=tree.size, h=tree.state)
        self.sql(
            "INSERT INTO checkpoint (size, root, note, recorded) VALUES (:n, :r, :t, '2026')",
            n=tree.size,
            r=tree.root(),
            t=note,
        )


PUT = """\
INSERT INTO record (
    seq, case_id, cseq, type, recorded, occurred, actor, run, protocol, drill, data, leaf
) VALUES (
    :seq, :case, :cseq, :type, :recorded, :occurred, :who, :run, :what, :drill, :data, :leaf
)"""


def row(seq: int, record: Record, data: bytes) -> Record:
    return {
        "run": None,
        **record,
        "seq": seq,
        "who": record["actor"]["id"],
        "what": record.get("protocol", {}).get("id"),
        "data": data,
        "leaf": leaf_hash(data),
    }
