"""What was decided before is taken again: and what is found stays what deciding again finds.

Logs of a site at work, honest and with records changed by one who can write anything:
they are judged with all that is learnt on the way, and with every decision taken anew.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from asks_play import founded_to_ask, play_asked
from audit_play import ROLES, Site

from handrail.engine.audit.legal.check import check_cases
from handrail.engine.audit.legal.known import Known
from handrail.engine.audit.legal.walk import Walk
from handrail.engine.clock import parse_instant, stamp
from handrail.engine.ledger.record import canonical
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from handrail.engine.audit.legal.scene import Scene

    Record = dict[str, Any]
    Row = tuple[int, str, bytes]

GONE = b"none"
TIMES = ("recorded", "occurred")
FORGERIES = int(os.environ.get("HANDRAIL_FORGERIES", "16"))
STEPS, INCIDENTS = 150, 40


class Log:
    """A site's log, that can be judged as it is and as others would have it."""

    def __init__(self, folder: Path, *, small: bool) -> None:
        random = Random(7)  # noqa: S311 - a play, not a secret
        site = (founded_to_ask if small else Site)(folder / "workspace")
        if small:
            play_asked(site, random, INCIDENTS)
        else:
            site.play(random, STEPS)
        site.engine.close()
        self.store = SqliteStore.open(site.path)
        with self.store.read() as reader:
            self.size = reader.head().size
            rows: list[Row] = list(reader.by_case_bytes("", None, self.size))
        played = [row for row in rows if row[1].startswith("INC-")]
        self.rows = [row for row in rows if not row[1].startswith("INC-")]
        self.rows += [copied(row, again) for again in "ABC" for row in played]
        # All is known by the third time; that is where forgers begin.
        self.forgeable = range(len(self.rows) - len(played), len(self.rows))

    def judge(self, rows: list[Row]) -> list[object]:
        found: list[object] = []

        def tell(*where: object, **params: object) -> None:
            found.append((*where, {key: str(value) for key, value in params.items()}))

        with self.store.read() as reader:
            check_cases(reader, rows, self.size, self.store.origin, tell)
        return found


def copied(row: Row, again: str) -> Row:
    """The same in another incident."""
    seq, case, data = row
    return seq, case + again, data.replace(case.encode(), (case + again).encode())


@pytest.fixture(scope="module", params=["the library", "small protocols"])
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    folder: Path = tmp_path_factory.mktemp("known")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        made = Log(folder, small=request.param == "small protocols")
    yield made
    made.store.close()


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> Callable[[Log, list[Row]], list[object]]:
    """Judges without anything known."""

    def judge(log: Log, rows: list[Row]) -> list[object]:
        with monkeypatch.context() as patch:
            patch.setattr(Walk, "_is_here", lambda *_: False)
            return log.judge(rows)

    return judge


@pytest.fixture
def forgetting(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Log, list[Row], Random], list[object]]:
    """Judges, and forgets now and then where a run is."""
    take = Walk.take

    def judge(log: Log, rows: list[Row], random: Random) -> list[object]:
        def forgets(walk: Walk, group: Any) -> None:
            if walk._along and random.random() < 0.1:
                walk._whole()
                del walk._along[random.choice(list(walk._along))]
            take(walk, group)

        with monkeypatch.context() as patch:
            patch.setattr(Walk, "take", forgets)
            return log.judge(rows)

    return judge


def test_most_of_it_is_known_before_long(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the tests below would compare a thing with itself."""
    decided: list[int] = []
    decide = Walk._decide

    def counted(walk: Walk, group: Any) -> Any:
        decided.append(len(group))
        return decide(walk, group)

    monkeypatch.setattr(Walk, "_decide", counted)
    assert log.judge(log.rows) == []
    assert sum(decided) < 0.6 * len(log.rows)


@pytest.mark.parametrize("seed", range(FORGERIES))
def test_what_is_found_stays_the_same(
    log: Log,
    anew: Callable[[Log, list[Row]], list[object]],
    forgetting: Callable[[Log, list[Row], Random], list[object]],
    seed: int,
) -> None:
    random = Random(seed)  # noqa: S311 - a play, not a secret
    rows = forged(log, random)
    found = log.judge(rows)
    assert found == anew(log, rows)
    assert found == forgetting(log, rows, random)


def test_a_run_that_never_was_is_missed_by_those_that_are_numbered_after_it(
    log: Log, anew: Callable[[Log, list[Row]], list[object]]
) -> None:
    runs = {(log.rows[at][1], held(log.rows[at]).get("run")): at for at in log.forgeable}
    firsts = [
        (case, run)
        for case, run in runs
        if str(run).endswith("-1") and (case, f"{str(run)[:-1]}2") in runs
    ]
    assert firsts
    for each in firsts[:4]:
        rows = list(log.rows)
        never_run(rows, runs[each], Random(0))  # noqa: S311 - not used
        found = log.judge(rows)
        assert found == anew(log, rows)
        assert found


@pytest.mark.parametrize("log", ["small protocols"], indirect=True)
def test_what_was_due_by_a_fact_is_missed(
    log: Log, anew: Callable[[Log, list[Row]], list[object]]
) -> None:
    """What was done before a deadline, as if it had been done after it."""
    found: list[object] = []
    for at in log.forgeable:
        record = held(log.rows[at])
        if "dated" in record.get("from", ()) and record["type"] == "step-taken":
            rows = list(log.rows)
            moved_by(rows, at, timedelta(minutes=60))
            some = log.judge(rows)
            assert some == anew(log, rows)
            found += some
    assert found


@pytest.mark.parametrize("log", ["small protocols"], indirect=True)
def test_what_had_to_wait_is_missed(
    log: Log, anew: Callable[[Log, list[Row]], list[object]]
) -> None:
    """A step as if it had been taken before it could be."""
    (at,) = [at for at in log.forgeable if held(log.rows[at]).get("to") == ["third"]]
    rows = list(log.rows)
    moved_by(rows, at, timedelta(minutes=-20))
    found = log.judge(rows)
    assert found == anew(log, rows)
    assert "forged-deadline" in str(found)


@pytest.mark.parametrize("log", ["small protocols"], indirect=True)
def test_what_the_clock_should_have_found_is_missed_where_a_step_has_to_wait(
    log: Log, anew: Callable[[Log, list[Row]], list[object]]
) -> None:
    """A run as if it had begun sooner: then its deadline comes first."""
    rows = list(log.rows)
    for at in log.forgeable:
        if held(rows[at]).get("run") == "slow-1":
            seq, case, data = rows[at]
            record = json.loads(data)
            sooner = {name: moved(record[name], timedelta(minutes=-14)) for name in TIMES}
            rows[at] = (seq, case, canonical(record | sooner))
    found = log.judge(rows)
    assert found == anew(log, rows)
    assert "forged-deadline" in str(found)


def offset(text: str) -> str:
    return text[:-1] + "+01:00"


def week(text: str) -> str:
    year, number, day = parse_instant(text).isocalendar()
    return f"{year}-W{number:02}-{day}{text[10:]}"


def apart(text: str) -> str:
    return text.replace("T", "~")


@pytest.mark.parametrize("log", ["small protocols"], indirect=True)
@pytest.mark.parametrize("other", [offset, week, apart])
def test_a_time_in_another_form_counts_as_what_it_is(
    log: Log, anew: Callable[[Log, list[Row]], list[object]], other: Callable[[str], str]
) -> None:
    """A deadline that began then has passed; that this form is none of ours is told elsewhere."""
    found: list[object] = []
    for at in log.forgeable:
        record = held(log.rows[at])
        if record.get("to") != ["short"]:
            continue
        rows = list(log.rows)
        seq, case, _ = rows[at]
        rows[at] = (seq, case, canonical(record | {"occurred": other(record["occurred"])}))
        after = [i for i in log.forgeable if rows[i][1] == case and i > at]
        moved_by(rows, after[0], timedelta(minutes=0 if other is offset else 20))
        some = log.judge(rows)
        assert some == anew(log, rows)
        found += some
    assert "forged-deadline" in str(found)


@pytest.mark.parametrize("settings", ["xy", "x", ["ab", "cd"], [["a", "b"]], 1])
def test_settings_of_another_kind_are_a_finding(
    log: Log, anew: Callable[[Log, list[Row]], list[object]], settings: object
) -> None:
    rows = list(log.rows)
    at = next(at for at in log.forgeable if held(rows[at])["type"] == "run-started")
    seq, case, data = rows[at]
    rows[at] = (seq, case, canonical(json.loads(data) | {"settings": settings}))
    found = log.judge(rows)
    assert found == anew(log, rows)
    assert "forged-start" in str(found)


@pytest.mark.parametrize("log", ["small protocols"], indirect=True)
def test_what_is_kept_does_not_grow_with_the_log(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    note = Known.note

    def noted(known: Known, *what: Any) -> None:
        note(known, *what)
        scenes = [one for world in known._worlds.values() for one in world.scenes.items()]
        runs = [len(kind) - 3 for kind, _ in scenes if isinstance(kind, tuple)]
        kept.append(sum(runs) + sum(len(scene.noted) for _, scene in scenes))

    monkeypatch.setattr(Known, "note", noted)
    monkeypatch.setattr("handrail.engine.audit.legal.known.MOST", 60)
    assert log.judge(log.rows) == []
    assert max(kept) <= 60


@pytest.mark.parametrize("log", ["small protocols"], indirect=True)
def test_how_a_run_ended_counts_where_another_begins(
    log: Log, anew: Callable[[Log, list[Row]], list[object]]
) -> None:
    """One that goes on, and one that is over at once, each where it is the other's turn."""
    ends = dict[str, str]()
    for at in log.forgeable:
        record = held(log.rows[at])
        if record.get("run") == "other-1" and record["type"] == "run-finished":
            ends.setdefault(record["outcome"], log.rows[at][1])
    for before, after in (("good", "bad"), ("bad", "good")):
        case, other = ends[before], ends[after]
        own, lent = of(log, case), of(log, other)
        mixed = own[: hears(own)] + [
            (seq, case, data.replace(other.encode(), case.encode()))
            for seq, _, data in lent[hears(lent) :]
        ]
        rows = [row for row in log.rows if row[1] != case] + mixed
        found = log.judge(rows)
        assert found == anew(log, rows)
        assert found


def of(log: Log, case: str) -> list[Row]:
    return [row for row in log.rows if row[1] == case]


def hears(rows: list[Row]) -> int:
    return next(at for at, row in enumerate(rows) if held(row).get("run") == "hears-1")


def test_a_scene_is_that_of_the_case(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, take, note = set[object](), Walk.take, Known.note
    walks: list[Walk] = []

    def noted(known: Known, scene: Scene, *what: Any) -> None:
        world = walks[-1]._world
        assert world is not None
        assert scene in world.scenes.values()
        note(known, scene, *what)

    def looked(walk: Walk, group: Any) -> None:
        walks.append(walk)
        take(walk, group)
        if walk._scene is not None and walk._world is not None:
            assert walk._scene is walk._known.scene(walk._world, walk._case)
            seen.add(walk._scene)

    monkeypatch.setattr(Walk, "take", looked)
    monkeypatch.setattr(Known, "note", noted)
    log.judge(log.rows)
    for seed in range(4):
        random = Random(seed)  # noqa: S311 - a play, not a secret
        log.judge(forged(log, random))
    assert len(seen) > 4


def test_a_record_without_its_members_behind_a_forged_one_is_a_finding_too(log: Log) -> None:
    rows = list(log.rows)
    at = next(i for i in log.forgeable if b'"type":"incident-opened"' in rows[i][2])
    for place, lost in ((at, "drill"), (at + 1, "type"), (at + 2, "actor")):
        seq, case, data = rows[place]
        record = json.loads(data)
        del record[lost]
        rows[place] = (seq, case, canonical(record))
    assert any("forged-form" in str(one) for one in log.judge(rows))


# -- what a forger does ---------------------------------------------------------------


def forged(log: Log, random: Random) -> list[Row]:
    """The log with some of its records changed, and sometimes more or fewer of them."""
    rows = list(log.rows)
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.choice(log.forgeable)
        if random.random() < 0.4 or not held(rows[at]):
            random.choice((gone, twice, swapped, moved_on, never_run))(rows, at, random)
            continue
        seq, case, _ = rows[at]
        record = held(rows[at])
        other = held(rows[random.choice(log.forgeable)]) or record
        change = random.choice(CHANGES)
        change(record, other, random)
        rows[at] = (seq, case, canonical(record))
    return rows


def gone(rows: list[Row], at: int, _random: Random) -> None:
    """As if never written: what cannot be read is passed over here."""
    rows[at] = (*rows[at][:2], GONE)


def twice(rows: list[Row], at: int, _random: Random) -> None:
    rows[at] = (rows[at][0], *rows[at - 1][1:])


def swapped(rows: list[Row], at: int, _random: Random) -> None:
    rows[at - 1], rows[at] = rows[at], rows[at - 1]


def moved_on(rows: list[Row], at: int, random: Random) -> None:
    """What was recorded together happened at another time, before or after a deadline."""
    moved_by(rows, at, timedelta(minutes=random.choice((-60, -10, -1, 1, 10, 15, 30, 60, 600))))


def moved_by(rows: list[Row], at: int, by: timedelta) -> None:
    together = held(rows[at]).get("recorded")
    for place in range(at, min(at + 8, len(rows))):
        seq, case, _ = rows[place]
        record = held(rows[place])
        if record and case == rows[at][1] and record.get("recorded") == together:
            changed = {name: moved(record.get(name), by) for name in TIMES}
            rows[place] = (seq, case, canonical(record | changed))


def never_run(rows: list[Row], at: int, _random: Random) -> None:
    """As if one of the case's runs had never been; one that came after it keeps its number."""
    run = held(rows[at]).get("run")
    for place, row in enumerate(rows):
        if row[1] == rows[at][1] and run is not None and held(row).get("run") == run:
            rows[place] = (*row[:2], GONE)


def moved(time: object, by: timedelta) -> object:
    return stamp(parse_instant(time) + by) if isinstance(time, str) and "T" in time else time


def held(row: Row) -> Record:
    """What a record holds; nothing: it is gone."""
    return {} if row[2] == GONE else json.loads(row[2])


def who(record: Record, _other: Record, random: Random) -> None:
    person = random.choice([*ROLES, "nobody"])
    record["actor"]["id"] = person
    if random.random() < 0.7:
        record["actor"]["roles"] = list(ROLES.get(person, ("guard",)))


def roles(record: Record, other: Record, _random: Random) -> None:
    record["actor"]["roles"] = other["actor"]["roles"]


def actor(record: Record, other: Record, _random: Random) -> None:
    record["actor"] = other["actor"]


def host(record: Record, _other: Record, _random: Random) -> None:
    record["actor"]["host"] = "elsewhere"


def facts(record: Record, other: Record, random: Random) -> None:
    known = dict(record.get("facts", {}))
    for name in list(known)[:1]:
        known[name] = random.choice((True, False, 1, "x", [], {"sd": "x"}, None))
    record["facts"] = random.choice((known, other.get("facts", {}), {}))


def seal(record: Record, other: Record, _random: Random) -> None:
    """The digest of another value."""
    given, lent = record.get("facts", {}), other.get("facts", {})
    for name, value in given.items():
        if isinstance(value, dict):
            lender = [one for one in lent.values() if isinstance(one, dict)]
            given[name] = lender[0] if lender else {"sd": "another"}


def moves(record: Record, other: Record, _random: Random) -> None:
    for name in ("from", "to", "moves"):
        if name in other:
            record[name] = other[name]


def step(record: Record, other: Record, _random: Random) -> None:
    for name in ("step", "task", "item"):
        if name in other:
            record[name] = other[name]


def time(record: Record, other: Record, random: Random) -> None:
    record["occurred"] = random.choice(
        (
            other["occurred"],
            record["occurred"][:-4] + "999Z",
            "2026-11-21",
            5,
            "0001" + record["occurred"][4:],
            *(form(record["occurred"]) for form in (offset, week, apart)),
        )
    )


def recorded(record: Record, other: Record, random: Random) -> None:
    record["recorded"] = random.choice((other["recorded"], "2019" + record["recorded"][4:], None))


def whole(record: Record, other: Record, _random: Random) -> None:
    kept = {name: record[name] for name in ("case", "cseq", "prev", "recorded", "occurred")}
    record.clear()
    record.update({**other, **kept})


def kind(record: Record, other: Record, _random: Random) -> None:
    record["type"] = other["type"]


def run(record: Record, other: Record, _random: Random) -> None:
    for name in ("run", "protocol"):
        if name in other:
            record[name] = other[name]


def less(record: Record, _other: Record, random: Random) -> None:
    del record[random.choice(list(record))]


def more(record: Record, _other: Record, random: Random) -> None:
    record[random.choice(("why", "confirmed", "second", "note", "x"))] = random.choice(
        ({"sd": "x"}, ["anna"], True, {})
    )


CHANGES = (
    who,
    roles,
    actor,
    host,
    facts,
    seal,
    moves,
    step,
    time,
    recorded,
    whole,
    kind,
    run,
    less,
    more,
)
