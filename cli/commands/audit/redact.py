"""``handrail audit redact``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handrail.cli import complete, out
from handrail.cli.page import Line, line, span
from handrail.cli.params import Run, full_id
from handrail.cli.session import Session
from handrail.engine.custody.found import Wanted
from handrail.engine.errors import UsageError

if TYPE_CHECKING:
    from handrail.engine.custody.redact import Ground


def command(
    ctx: typer.Context,
    incident: Annotated[
        str | None,
        typer.Argument(
            metavar="INCIDENT",
            help="The incident, or DOC-ID for what a document's agreement holds; without it "
            "everything that names --person, in the whole log.",
            autocompletion=complete.incidents,
        ),
    ] = None,
    *,
    fact: Annotated[
        list[str] | None, typer.Option(metavar="FACT", help="What was given for this fact.")
    ] = None,
    named: Annotated[
        list[str] | None,
        typer.Option(
            "--person",
            metavar="PERSON",
            help="What names this person of the site plan, or holds this name; of DOC-PLAN also "
            "what the plan's revisions hold of them.",
        ),
    ] = None,
    attachment: Annotated[
        list[str] | None,
        typer.Option(metavar="SHA256", help="This file; the first eight digits are enough."),
    ] = None,
    note: Annotated[
        list[int] | None,
        typer.Option(metavar="N", help="What was written in this record, by its number."),
    ] = None,
    title: Annotated[bool, typer.Option("--title", help="The incident's title.")] = False,
    run: Run = None,
    why: Annotated[str, typer.Option(metavar="TEXT", help="The reason.")],
    basis: Annotated[
        str,
        typer.Option(metavar="TEXT", help="The legal basis; it stands in the log in clear."),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go; remove and record nothing.")
    ] = False,
) -> None:
    """Remove personal data for good, by a recorded decision: of an incident, or a person's all."""
    from handrail.cli.sure import sure  # noqa: PLC0415 - help needs none
    from handrail.engine.custody.redact import Ground, redact  # noqa: PLC0415 - the same

    session, ground = Session.of(ctx), Ground(basis, why)
    wanted = Wanted(
        facts=fact or (), run=run, people=named or (), attachments=attachment or (),
        notes=note or (), title=title,
    )  # fmt: skip
    if incident is None:
        _everywhere(session, wanted, ground, dry_run=dry_run)
        return
    case = full_id(incident)
    if not dry_run:
        sure(session, session.say("Remove this from {incident} for good?", incident=case))
    with session.engine() as engine:
        row = redact(engine, case, wanted, ground, dry_run=dry_run)
    if session.json:
        out.emit(row)
        return
    out.page([*_page(row, session), *_plans(row["plans"], session)])


def _everywhere(session: Session, wanted: Wanted, ground: Ground, *, dry_run: bool) -> None:
    """Remove what names somebody from every case.

    :raises UsageError: something else is wanted, which only one incident has.
    """
    from handrail.cli.sure import sure  # noqa: PLC0415 - as above
    from handrail.engine.custody.forget import forget  # noqa: PLC0415 - the same

    if wanted.is_empty() or wanted != Wanted(people=wanted.people):
        raise UsageError("name the incident; without one, only --person is looked for")
    if not dry_run:
        people = ", ".join(wanted.people)
        sure(session, session.say("Remove all that names {people} for good?", people=people))
    with session.engine() as engine:
        found = forget(engine, wanted.people, ground, dry_run=dry_run)
    if session.json:
        out.emit(found)
        return
    for row in found["cases"]:
        out.page([line(span(row["incident"], "title")), *_page(row, session)])
    out.page(_plans(found["plans"], session))


def _page(row: dict[str, Any], session: Session) -> Iterable[Line]:
    for item in row["removed"]:
        value = f"  {item['value']}" if item.get("value") is not None else ""
        name = f"{item['name']} {(item['sha256'] or '')[:12]}".strip()
        yield line(span(f"{item['seq']:>5}  ", "dim"), span(name, "strong"), span(value))
    for case in row["also"]:
        yield line(session.say("the same file is in {incident} and goes there too", incident=case))
    if row["withdrawn"]:
        yield line(session.say("{count} messages not yet sent", count=len(row["withdrawn"])))
    yield line(_end(row, session))


def _plans(plans: Sequence[str], session: Session) -> Iterable[Line]:
    if plans:
        text = session.say(
            "these site plans name that person still: {plans}", plans=", ".join(plans)
        )
        yield line(span(text, "warn"))


def _end(row: dict[str, Any], session: Session) -> Any:
    count = len(row["removed"])
    if row["dry_run"]:
        return span(session.say("{count} would go; nothing was removed (--dry-run)", count=count))
    if not row["scrubbed"]:
        text = "{count} removed; another program still reads the store: end it, and say this again"
        return span(session.say(text, count=count), "warn")
    return span(
        session.say("{count} removed, and gone from the store's files", count=count), "good"
    )
