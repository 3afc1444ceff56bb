"""Questions: what is asked, which answers there are, how to write one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.cli.page import line, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.cli.page import Line
    from handrail.cli.session import Session

    Row = Mapping[str, Any]

__all__ = ["MANY_WORDS", "answers", "example", "form", "question"]

_FEW = 8  # more answers than this are not listed, but completed and checked
MANY_WORDS = "several, with commas between; none if there are none"
FORM_WORDS = {
    "time": "HH:MM",
    "duration": "like 10m or 1h30m",
    "number": "a number",
}


def answers(row: Row) -> dict[str, str]:
    """Return the answers to choose from, id to text; empty where any may be given."""
    if row["type"] == "yes-no":
        return {"yes": "", "no": ""}
    return dict(row.get("of") or {})


def form(row: Row, session: Session) -> str:
    """Say how the answer is written, where there is nothing to choose from."""
    if row["type"] == "number" and row.get("unit"):
        return session.say("a number ({unit})", unit=row["unit"])
    return session.say(FORM_WORDS[row["type"]]) if row["type"] in FORM_WORDS else ""


def question(row: Row, session: Session, indent: int = 4) -> Iterator[Line]:
    """Yield the question and the answers there are."""
    name = row["fact"] if row.get("required", True) else f"{row['fact']}?"
    parts = [span(f"{name}: ", "strong"), span(row.get("ask") or row["fact"])]
    choose = answers(row)
    hint = form(row, session) or (_short(row, session) if choose else "")
    if hint:
        parts.append(span(f"  {hint}", "dim"))
    yield line(*parts, indent=indent)
    if choose and row["type"] != "yes-no":
        yield from _choices(choose, session, indent + 2)


def _short(row: Row, session: Session) -> str:
    if row["type"] == "yes-no":
        return session.say("yes or no")
    return session.say(MANY_WORDS if row.get("many") else "one of")


def _choices(choose: Mapping[str, str], session: Session, indent: int) -> Iterator[Line]:
    wide = max(map(len, choose))
    shown = _FEW if len(choose) > _FEW + 1 else len(choose)  # “and 1 more” is as long as that one
    for answer, text in list(choose.items())[:shown]:
        yield line(span(answer.ljust(wide), "command"), span(f"  {text}"), indent=indent, hang=wide)
    if len(choose) > shown:
        more = session.say("and {count} more", count=len(choose) - shown)
        yield line(span(more, "dim"), indent=indent)


def example(row: Row) -> str:
    """Return FACT=… as a person would begin to type it."""
    return f"{row['fact']}=…"
