"""``handrail protocol simulate``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.page import Line, Table, line, span
from handrail.cli.params import ProtocolSource
from handrail.cli.session import Session

if TYPE_CHECKING:
    from handrail.cli.bench import Bench
    from handrail.cli.page import Block, Span

MOST_STATES = 12  # that are listed


def command(
    ctx: typer.Context,
    document: ProtocolSource,
    *,
    runs: Annotated[
        int, typer.Option(metavar="N", min=1, max=100_000, help="How many random walks.")
    ] = 300,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, help="The same number gives the same walks.")
    ] = 1,
    to: Annotated[
        list[str] | None,
        typer.Option(metavar="OUTCOME", help="The shortest way to this outcome, act by act."),
    ] = None,
    shortest: Annotated[
        bool, typer.Option("--shortest", help="The shortest way to each outcome, act by act.")
    ] = False,
) -> None:
    """Walk through a protocol: at random, many times, or on the shortest way to an outcome."""
    from handrail.cli.bench import bench  # noqa: PLC0415 - reads YAML

    session = Session.of(ctx)
    tried = bench(session, document)
    if to or shortest:
        _shortest(session, tried, to or [])
    else:
        _random(session, tried, runs, seed)


# -- the shortest way -------------------------------------------------------------------


def _shortest(session: Session, tried: Bench, wanted: list[str]) -> None:
    from handrail.engine.documents.authoring.shortest import shortest  # noqa: PLC0415 - as above
    from handrail.engine.documents.authoring.tell import ways  # noqa: PLC0415 - the same
    from handrail.engine.errors import NotFoundError  # noqa: PLC0415 - the same

    found = shortest(tried.definition, tried.site, tried.others)
    known = [*found.ways, *found.missing]
    for outcome in wanted:
        if outcome not in known:
            raise NotFoundError("outcome", outcome, known)
    result = ways(tried.definition, found)
    if wanted:
        result["ways"] = [way for way in result["ways"] if way["outcome"] in wanted]
        result["missing"] = [name for name in result["missing"] if name in wanted]
    if session.json:
        out.emit(result)
    else:
        out.page(_ways(result, session))
    if result["missing"]:
        raise typer.Exit(3)


def _ways(result: dict[str, Any], session: Session) -> Iterator[Block]:
    say = session.say
    for way in result["ways"]:
        counts = ", ".join(f"{say(PART_WORDS[part])} {way[part]}" for part in PART_WORDS)
        title = say("the shortest way to {outcome}", outcome=way["outcome"])
        yield line(span(title, "title"), span(f"  {counts}", "dim"))
        for number, did in enumerate(way["way"], start=1):
            yield line(span(f"{number:>3}  ", "dim"), *_did(did, session), hang=5)
    for outcome in result["missing"]:
        words = "no way to {outcome} was found" if result["exact"] else UNKNOWN_WORDS["way"]
        yield line(span(say(words, outcome=outcome), "alarm"))


def _did(did: dict[str, Any], session: Session) -> Iterator[Span]:
    yield span(session.say(str(ACT_WORDS[did["kind"]]), name=did["name"]))
    if did["by"]:
        yield span(f"  {did['role'] or did['by']}", "state")
    facts = ", ".join(f"{name}={_value(value)}" for name, value in did["facts"].items())
    if facts:
        yield span(f"  {facts}", "quote")
    for owner in did["late"]:
        yield span(f"  {session.say('the deadline of {name} passes', name=owner)}", "warn")
    yield span(f"  → {', '.join(did['in'])}", "dim")


def _value(value: Any) -> str:
    if value is None:
        return "…"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


# -- at random ----------------------------------------------------------------------------


def _random(session: Session, tried: Bench, runs: int, seed: int) -> None:
    from handrail.cli.progress import Progress  # noqa: PLC0415 - only here
    from handrail.engine.documents.authoring.crew import crew_for  # noqa: PLC0415 - as above
    from handrail.engine.documents.authoring.simulate import simulate  # noqa: PLC0415 - the same
    from handrail.engine.documents.authoring.tell import simulation  # noqa: PLC0415 - the same
    from handrail.engine.documents.rehearsal import BEGINNING  # noqa: PLC0415 - the same

    crew = crew_for(tried.definition, tried.site, BEGINNING)
    with Progress(session, runs, session.say("walks")) as progress:
        found = simulate(
            tried.definition, tried.site, crew, tried.others, runs=runs, seed=seed, tell=progress
        )
    result = simulation(tried.definition, found, seed)
    if session.json:
        out.emit(result)
    else:
        out.page(_page(result, session))
    if result["stuck"] or result["endless"]:
        raise typer.Exit(3)


def _page(result: dict[str, Any], session: Session) -> Iterator[Block]:
    say = session.say
    about = say("{runs} random walks, seed {seed}", runs=result["runs"], seed=result["seed"])
    name = f"{result['protocol']} r{result['revision']}"
    yield line(span(name, "title"), span(f"  {about}", "dim"))
    yield _outcomes(result, session)
    yield line(span(say("least/median/most of each walk"), "dim"))
    yield Line()
    yield _roles(result, session)
    yield from _visited(result, session)
    yield from _stuck(result, session)


def _outcomes(result: dict[str, Any], session: Session) -> Table:
    say = session.say
    parts = (say("questions"), say("tasks"), say("steps"), say("time"))
    head = (say("outcome"), say("walks"), "%", *parts)
    return Table(head=head, rows=tuple(_outcome(one) for one in result["outcomes"]))


def _roles(result: dict[str, Any], session: Session) -> Table:
    head = (session.say("who"), "%", session.say("steps"), session.say("tasks"))
    return Table(head=head, rows=tuple(_role(one) for one in result["roles"]))


def _outcome(one: dict[str, Any]) -> tuple[Span, ...]:
    return (
        span(one["outcome"], "strong"),
        span(one["runs"]),
        span(_percent(one["share"])),
        *(span(_spread(one[part], str)) for part in PART_WORDS),
        span(_spread(one["seconds"], _time)),
    )


def _spread(values: dict[str, int], write: Any) -> str:
    return "/".join(write(values[which]) for which in ("least", "median", "most"))


def _time(seconds: int) -> str:
    from handrail.engine.durations import say_duration  # noqa: PLC0415 - only here

    unit = next((unit for unit in (3600, 60) if seconds >= 10 * unit), 1)
    return say_duration(timedelta(seconds=seconds - seconds % unit))


def _percent(share: float) -> str:
    return f"{share * 100:.0f}"


def _role(one: dict[str, Any]) -> tuple[Span, ...]:
    counts = (span(f"{one[part]:.1f}") for part in ("steps", "tasks"))
    return (span(one["role"], "strong"), span(_percent(one["share"])), *counts)


def _visited(result: dict[str, Any], session: Session) -> Iterator[Line]:
    """The states most visited, and what no walk has come by."""
    states = [part for part in result["visited"] if part["kind"] == "states" and part["runs"]]
    states.sort(key=lambda part: -part["runs"])
    yield Line()
    yield line(span(session.say("states most visited (walks)"), "dim"))
    most = [f"{part['name']} {part['runs']}" for part in states[:MOST_STATES]]
    yield line(", ".join(most), indent=2, hang=0)
    for part in result["visited"]:
        if not part["runs"]:
            text = session.say(str(MISSED_WORDS[part["kind"]]), name=part["name"])
            yield line(span(text, "warn"))


def _stuck(result: dict[str, Any], session: Session) -> Iterator[Line]:
    for one in result["stuck"]:
        states = ", ".join(one["in"])
        text = session.say("stuck in {states}: {runs} walks", states=states, runs=one["runs"])
        yield line(span(text, "alarm"))
        for why in one["why"]:
            yield line(why, indent=2)
    if result["endless"]:
        text = session.say("{runs} walks went on without end", runs=result["endless"])
        yield line(span(text, "alarm"))


ACT_WORDS = {
    "step": "step {name}",
    "confirm": "confirms {name}",
    "task": "task {name}",
    "attach": "attaches evidence",
    "fact": "records {name}",
    "outcome": "{name}",
    "wait": "time passes",
    "start": "starts {name}",
}
MISSED_WORDS = {
    "states": "no walk enters the state {name}",
    "steps": "no walk takes the step {name}",
    "branches": "no walk takes the branch {name}",
    "deadlines": "the deadline of {name} passes in no walk",
}
PART_WORDS = {"questions": "questions", "tasks": "tasks", "steps": "steps"}
UNKNOWN_WORDS = {"way": "no way to {outcome} was found; not every way was looked at"}
