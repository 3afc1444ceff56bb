"""What a remembered decision must not forget: records that were right elsewhere are not here.

In some incidents something is so that a decision hangs on, and what comes of it is
recorded, until an auditor knows it by heart. In one incident it is not so: and there the
very same records are written. They are found, as when each decision is taken anew.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from asks_play import ASKS, HEAD, Asked, founded_to_ask
from audit_play import ROLES

from handrail.engine.audit.legal.check import check_cases
from handrail.engine.audit.legal.walk import Walk
from handrail.engine.charter.steps import step as take_step
from handrail.engine.clock import parse_instant, stamp
from handrail.engine.documents.source import read_source
from handrail.engine.machine.deadlines import deadlines
from handrail.engine.machine.decide import Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from audit_play import Site

    Record = dict[str, Any]

KNOWN = 4  # incidents in which it is learnt


class Trial(NamedTuple):
    """Where it is so, where it is not, and what comes of it."""

    so: Callable[[Asked], object]
    otherwise: Callable[[Asked], object]
    act: Callable[[Asked], object]
    pace: float = 1  # after how much of the time it is written where it is not so


def each(*moves: Callable[[Asked], object]) -> Callable[[Asked], object]:
    return lambda play: [move(play) for move in moves]


def on(play: Asked) -> None:
    play.step("on")


TRIALS = {
    "a task of a state that was left": Trial(
        each(Asked.task, on), on, lambda play: play.step("by-task")
    ),
    "how another run ended": Trial(
        each(on, lambda play: play.other("good")),
        each(on, lambda play: play.other("bad")),
        lambda play: play.step("by-run"),
    ),
    "a fact of the incident": Trial(
        each(on, lambda play: play.lessons("some")),
        each(on, lambda play: play.lessons("none")),
        lambda play: play.step("by-incident"),
    ),
    "how many runs there were": Trial(
        lambda play: play.other("bad"), on, lambda play: play.start("other")
    ),
    "who waits for a run": Trial(
        lambda play: play.step("wait"),
        lambda play: play.start("other"),
        lambda play: play.step("good", run="other-1"),
    ),
    "who waits for none": Trial(
        lambda play: play.start("other"),
        lambda play: play.step("wait"),
        lambda play: play.step("good", run="other-1"),
    ),
    "who hears that a run ends": Trial(
        lambda play: play.start("other"),
        each(lambda play: play.start("other"), lambda play: play.start("hears")),
        lambda play: play.step("good", run="other-1"),
    ),
    "who hears of a fact": Trial(
        lambda _: None, lambda play: play.start("hears"), lambda play: play.lessons("some")
    ),
    "what one who begins hears": Trial(
        lambda play: play.other("bad"),
        lambda play: play.other("good"),
        lambda play: play.start("hears"),
    ),
    "when a state was entered that was left": Trial(
        lambda play: play.step("on", "timed"),
        each(lambda play: play.later(40), lambda play: play.step("on", "timed")),
        lambda play: play.step("end"),
    ),
    "how long it took": Trial(
        lambda play: play.step("on", "short"),
        each(lambda play: play.step("on", "short"), lambda play: play.later(11)),
        lambda play: play.step("end"),
    ),
    "that nothing was due": Trial(
        each(lambda play: play.step("on", "short"), lambda play: play.later(11)),
        lambda play: play.step("on", "short"),
        lambda play: play.step("end"),
        pace=0.5,
    ),
    "that it was not due yet": Trial(
        lambda play: play.step("on", "short"),
        lambda play: play.step("on", "short"),
        lambda play: play.tick(11),
        pace=0.5,
    ),
    "what else was due": Trial(
        lambda play: play.step("on", "short"),
        each(lambda play: play.start("other"), lambda play: play.step("on", "short")),
        lambda play: play.tick(25),
    ),
    "that it had passed": Trial(
        lambda play: play.step("on", "short"),
        each(lambda play: play.step("on", "short"), lambda play: play.tick(11)),
        lambda play: play.tick(11),
    ),
    "which came first": Trial(
        each(lambda play: play.start("other"), lambda play: play.step("on", "short")),
        each(
            lambda play: play.start("other"),
            lambda play: play.later(15),
            lambda play: play.step("on", "short"),
        ),
        lambda play: play.tick(40),
    ),
}


@pytest.fixture
def site(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("forgotten")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    made = founded_to_ask(folder / "workspace")
    yield made
    made.engine.close()


@pytest.mark.parametrize("name", TRIALS)
def test_records_of_elsewhere_are_found(
    site: Site, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    trial = TRIALS[name]
    for _ in range(KNOWN):
        play, count = played(site, trial.so)
        trial.act(play)
    assert known_by_heart(site, play.case, count, monkeypatch)
    told = records(site, play.case)
    other, _ = played(site, trial.otherwise)
    assert judged(site) == []
    site.clock.forward((at(told[count]) - at(told[count - 1])) * trial.pace)
    write(site, other.case, told[count:])
    found = judged(site)
    with monkeypatch.context() as patch:
        patch.setattr(Walk, "_is_here", lambda *_: False)
        assert found == judged(site)
    assert {case for _, _, case, _ in found} == {other.case}


def played(site: Site, moves: Callable[[Asked], object]) -> tuple[Asked, int]:
    """An incident where these moves were made; how many records it has."""
    play = Asked(site.engine, site.clock, str(site.engine.open("asks")["id"]))
    moves(play)
    return play, len(records(site, play.case))


def records(site: Site, case: str) -> list[Record]:
    with site.engine.reading() as reader:
        return [json.loads(data) for data in reader.case_records(case)]


def at(record: Record) -> datetime:
    return parse_instant(record["recorded"])


def judged(site: Site) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []

    def tell(*where: object, **params: object) -> None:
        found.append((*where, {key: str(value) for key, value in params.items()}))

    with site.engine.reading() as reader:
        size = reader.head().size
        rows = reader.by_case_bytes("", None, size)
        check_cases(reader, rows, size, site.engine.store.origin, tell)
    return found


def known_by_heart(site: Site, case: str, count: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the log is right, and of this case's last records none was decided again."""
    decided: list[int] = []
    decide = Walk._decide

    def counted(walk: Walk, group: Any) -> Any:
        if walk._id == case:
            decided.append(json.loads(group[0].data)["cseq"])
        return decide(walk, group)

    with monkeypatch.context() as patch:
        patch.setattr(Walk, "_decide", counted)
        return judged(site) == [] and all(cseq < count for cseq in decided)


ADDED = ("v", "log", "cseq", "prev", "recorded")


def write(site: Site, case: str, told: list[Record]) -> None:
    """Write such records here, with the times of here, as the engine would write them."""
    engine, now = site.engine, site.clock.now()
    with engine.writing() as writer:
        loaded = engine.casebook.load(writer, case)
        world = engine.shelf.world(engine.shelf.site(), drill=False)
        dues = {(due.run, due.owner): due.at for due in deadlines(world, loaded.case)}
        drafts = []
        for record in told:
            draft = {key: value for key, value in record.items() if key not in ADDED}
            if record["type"] != "run-started":
                draft.pop("protocol", None)
            draft |= {"case": case, "occurred": stamp(now)}
            if "due" in record:
                shifted = stamp(now - at(record) + parse_instant(record["due"]))
                due = dues.get((record["run"], record.get("task", record["state"])), shifted)
                draft |= {"due": due, "occurred": due}
            drafts.append(draft)
        after = loaded.case._replace(version=loaded.case.version + len(drafts))
        engine.casebook.append(writer, world, loaded, Decision(tuple(drafts), after))


def test_who_has_other_roles_is_another(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of a guard is known of who is more than that, and of nobody else."""
    for _ in range(KNOWN):
        play, count = played(site, lambda _: None)
        on(play)
    assert known_by_heart(site, play.case, count, monkeypatch)
    (told,) = records(site, play.case)[count:]
    for person, roles in ROLES.items():
        other, count = played(site, lambda _: None)
        site.clock.forward(timedelta(seconds=6))
        actor = told["actor"] | {"id": person, "roles": list(roles)}
        write(site, other.case, [told | {"actor": actor}])
        assert "guard" in roles or judged(site)[-1][2] == other.case
    found = judged(site)
    assert len(found) == len([roles for roles in ROLES.values() if "guard" not in roles]) > 0
    with monkeypatch.context() as patch:
        patch.setattr(Walk, "_is_here", lambda *_: False)
        assert found == judged(site)


@pytest.mark.parametrize("begin", [Asked.task, on])
def test_who_is_more_is_known_from_who_is_less(
    site: Site, monkeypatch: pytest.MonkeyPatch, begin: Callable[[Asked], object]
) -> None:
    assert set(ROLES["anna"]) < set(ROLES["carla"])
    for person in ["anna"] * KNOWN + ["carla"]:
        site.engine.person = "anna"
        play, count = played(site, lambda _: None)
        site.engine.person = person
        begin(play)
    assert known_by_heart(site, play.case, count, monkeypatch)


def test_what_was_forged_counts_for_those_who_ask_about_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fact is a finding, and known from then on: what goes on without it is another."""
    for _ in range(KNOWN):
        play, count = played(site, lambda play: play.start("only"))
        play.step("go", run="only-1")
    assert known_by_heart(site, play.case, count, monkeypatch)
    without = records(site, play.case)[count:]
    play, count = played(site, lambda play: play.lessons("some"))
    fact = records(site, play.case)[count - 1]
    other, _ = played(site, lambda play: play.start("only"))
    write(site, other.case, [fact | {"actor": fact["actor"] | {"roles": ["director"]}}])
    site.clock.forward(timedelta(seconds=6))
    site.engine.note(other.case, "What was decided rests again.")
    site.clock.forward(timedelta(seconds=6))
    write(site, other.case, without)
    found = judged(site)
    with monkeypatch.context() as patch:
        patch.setattr(Walk, "_is_here", lambda *_: False)
        assert found == judged(site)
    assert {case for _, _, case, _ in found} == {other.case}
    assert len(found) == len({seq for _, seq, *_ in found}) > 1


def test_what_was_left_counts_again_under_a_revision_that_asks_about_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No decision could read how the task stood, until the run was taken over."""
    asks = "{to: [{state: over, when: {tasks.round: done}}]}"
    assert asks in ASKS
    _in_force(site, 2, ASKS.replace(asks, "{to: over}"))
    plays = [played(site, each(Asked.task, on))[0] for _ in range(KNOWN)]
    assert known_by_heart(site, plays[-1].case, 0, monkeypatch)
    _in_force(site, 3, ASKS)
    site.engine.person = "greta"
    site.engine.charter.migrate([play.case for play in plays])
    site.engine.person = "anna"
    for play in plays:
        play.step("by-task")
    assert judged(site) == []


def _in_force(site: Site, revision: int, text: str) -> None:
    head = HEAD.format(id="asks").replace("revision: 1", f"revision: {revision}")
    site.engine.person = "greta"
    site.engine.register([read_source((head + text).encode(), "asks.yaml")])
    for person, step in (("greta", "submit"), ("julia", "no-objection")):
        site.engine.person = person
        take_step(site.engine, "asks", step, {})
    site.engine.person = "helena"
    site.engine.agree(["asks"])
    site.engine.person = "anna"
