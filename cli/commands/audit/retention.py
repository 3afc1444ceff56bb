"""``handrail audit retention``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from handrail.cli import out
from handrail.cli.page import Line, line, span
from handrail.cli.session import Session


def command(
    ctx: typer.Context,
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Remove it, with the rule as the reason.")
    ] = False,
) -> None:
    """List the incidents whose personal data was kept long enough, by the site plan's rules."""
    from handrail.cli.sure import sure  # noqa: PLC0415 - help needs none
    from handrail.engine.custody.retention import apply_retention, due  # noqa: PLC0415 - the same

    session = Session.of(ctx)
    if apply:
        sure(session, session.say("Remove the personal data that is due, for good?"))
    with session.engine() as engine:
        rows = apply_retention(engine) if apply else due(engine)
    if session.json:
        out.emit({"retention": rows, "applied": apply})
        return
    if not rows:
        out.message(session.say("nothing is due"))
    out.page(_page(rows, session))


def _page(rows: Iterable[dict[str, Any]], session: Session) -> Iterable[Line]:
    for row in rows:
        drill = [span(f"{session.say('DRILL')} ", "drill")] if row["drill"] else []
        told = session.say(
            "{protocol}, closed {closed}, due {due} by {rule}: {count} values",
            protocol=row["protocol"],
            closed=row["closed"][:10],
            due=row["due"][:10],
            rule=row["rule"],
            count=row["values"],
        )
        yield line(span(f"{row['incident']}  ", "strong"), *drill, span(told), *_end(row, session))


def _end(row: dict[str, Any], session: Session) -> Iterable[Any]:
    if row["held"]:
        yield span("  " + session.say("under a legal hold: it stays"), "warn")
    elif row.get("removed"):
        yield span("  " + session.say("removed"), "good")
