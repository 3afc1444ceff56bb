"""A document's agreement: one page for a manager, and lists for the administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handrail.cli.page import Block, Line, Table, line, span
from handrail.cli.present import manner
from handrail.cli.render.listing import KIND_WORDS
from handrail.cli.when import clock_words
from handrail.engine.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from handrail.cli.page import Span
    from handrail.cli.session import Session

    Row = Mapping[str, Any]

__all__ = ["agreements", "coverage", "onward", "sheet"]

GAP = Line()
MOST = 12  # lines of one part of the page; --json has them all


def agreements(rows: Sequence[Row], session: Session) -> Iterator[Block]:
    """Yield the documents, one a line: where each is, and what is in force."""
    say = session.say
    head = (say("document"), say("revision"), say("agreement"), say("waits for"), say("in force"))
    yield Table(head=head, rows=tuple(_listed(row, session) for row in rows))


def unanswered(lessons: Sequence[Row], session: Session) -> Iterator[Block]:
    """Yield the lessons that no revision in force answers."""
    yield GAP
    yield line(span(session.say("Lessons that nothing in force answers yet"), "state"))
    for one in lessons:
        yield line(span(one["id"], "strong"), span(f": {one['text']}"), indent=2, hang=2)


def _listed(row: Row, session: Session) -> tuple[Span, ...]:
    now = row["in_force"]
    words = [f"r{now['revision']}", *manner(session, now)] if now else [session.say("no")]
    return (
        span(row["id"], "strong"),
        span(f"r{row['revision']}"),
        span(_where(row, session)),
        span(", ".join(row["waits_for"]) or "-", "warn" if row["waits_for"] else "dim"),
        span(", ".join(words), "good" if now else "warn"),
    )


STATUS_WORDS = {
    "in-force": "in force",
    "registered": "registered",
    "cancelled": "replaced by a higher revision",
    "dropped": "dropped",
    "retired": "retired",
}


def _where(row: Row, session: Session) -> str:
    if row["states"]:
        return str(row["states"][0]["title"])
    return session.say(str(STATUS_WORDS.get(row["status"], row["status"])))


def coverage(rows: Sequence[Row], session: Session) -> Iterator[Block]:
    """Yield who has acknowledged what is in force, and who has not."""
    say = session.say
    head = (say("document"), say("revision"), say("acknowledged"), say("not yet"))
    yield Table(
        head=head,
        rows=tuple(
            (
                span(row["id"], "strong"),
                span(f"r{row['revision']}"),
                span(f"{len(row['have'])}/{len(row['have']) + len(row['have_not'])}"),
                span(", ".join(row["have_not"]) or "-", "warn" if row["have_not"] else "dim"),
            )
            for row in rows
        ),
    )


def onward(page: Row, session: Session) -> Iterator[Block]:
    """Yield where an agreement is, and what can be done now."""
    yield from _Sheet(page, session, {}).now()


def sheet(page: Row, session: Session, titles: Mapping[str, str]) -> Iterator[Block]:
    """Yield the whole page.

    :param titles: what ids of the site plan are called.
    """
    yield from _Sheet(page, session, titles).blocks()


class _Sheet:
    def __init__(self, page: Row, session: Session, titles: Mapping[str, str]) -> None:
        self.page = page
        self.titles = titles
        self.session = session
        self.say = session.say
        self.time = SystemClock().now()

    def blocks(self) -> Iterator[Block]:
        page, say = self.page, self.say
        kind = say(str(KIND_WORDS.get(page["kind"], page["kind"])))
        yield line(span(page["title"], "title"), span(f"  {page['id']} r{page['revision']}", "dim"))
        yield line(span(say("{kind}, registered by {who}", kind=kind, who=page["author"]), "dim"))
        yield from self.force()
        yield from self.part(say("What it is for"), self.purpose())
        yield from self.part(say("What it costs the primary process"), self.impact())
        yield from self.part(say("Whose it is"), self.owner())
        yield from self.part(say("The three questions"), self.questions())
        yield from self.part(say("Settings"), self.settings())
        yield from self.part(say("Who does what"), self.who())
        yield from self.part(say("What changes"), self.changes(), most=None)
        yield from self.part(say("Lessons that it answers"), self.lessons())
        yield from self.part(say("Who was heard"), self.heard())
        yield from self.part(say("Who agreed"), self.agreed())
        yield from self.part(say("Incidents that run on another revision"), self.running())
        yield from self.part(say("Read and understood"), self.acknowledged())
        yield from self.now()

    def part(self, title: str, texts: Iterable[Any], *, most: int | None = MOST) -> Iterator[Block]:
        """A title and what stands under it; ``most`` lines, for nobody reads more."""
        found = [text if isinstance(text, Line) else line(span(text), indent=2) for text in texts]
        if not found:
            return
        yield GAP
        yield line(span(title, "state"))
        yield from found[:most]
        more = len(found[most:]) if most is not None else 0
        if more:
            yield line(span(self.say("and {count} more", count=more), "dim"), indent=2)

    def force(self) -> Iterator[Block]:
        now = self.page["in_force"]
        if now is None:
            yield line(span(self.say("no revision is in force"), "warn"))
            return
        words = self.say(
            "r{revision} in force since {time}, by {people}",
            revision=now["revision"],
            time=clock_words(now["since"], self.time),
            people=", ".join(now["by"]),
        )
        founding = [self.say("founding")] if now["founding"] else []
        how = ", ".join([*manner(self.session, now), *founding])
        yield line(span(words, "good"), span(f"  {how}" if how else "", "warn"))

    def purpose(self) -> Iterator[str]:
        if self.page["purpose"]:
            yield self.page["purpose"]
        if self.page["carries_out"]:
            yield self.say("carries out {document}", document=self.page["carries_out"])

    def impact(self) -> Iterator[str]:
        impact = self.page["impact"]
        if impact:
            yield f"{self.say(str(LEVEL_WORDS[impact['level']]))}: {impact['text']}"

    def owner(self) -> Iterator[Any]:
        owner = self.page["owner"]
        if owner:
            people = ", ".join(owner["people"]) or self.say("nobody has this role")
            yield f"{owner['title']} ({people})"
        if self.page["unmet"]:
            lacks = ", ".join(self.page["unmet"])
            yield line(
                span(self.say("it cannot be agreed yet: it lacks {lacks}", lacks=lacks), "alarm"),
                indent=2,
            )

    def questions(self) -> Iterator[str]:
        for name, answers in self.page["addresses"].items():
            if answers:
                titles = ", ".join(one["title"] for one in answers)
                yield f"{self.say(str(QUESTION_WORDS[name]))} {titles}"

    def settings(self) -> Iterator[str]:
        yield from (f"{name}: {value}" for name, value in self.page["settings"].items())
        if self.page["review"]:
            yield self.say("looked at again every {time}", time=self.page["review"])

    def who(self) -> Iterator[str]:
        """Roles that do the same stand together."""
        alike: dict[tuple[str, ...], list[str]] = {}
        for one in self.page["who"]:
            people = f" ({', '.join(one['people'])})" if one["people"] else ""
            name = f"{one['title'] or self.say('anybody')}{people}"
            alike.setdefault(tuple(one["does"]), []).append(name)
        for does, names in alike.items():
            yield f"{', '.join(names)}: {'; '.join(does)}"

    def changes(self) -> Iterator[Line]:
        from handrail.cli.render.changes import changed  # noqa: PLC0415 - few pages have them

        return changed(self.page["changes"] or (), self.session, self.titles, indent=2)

    def heard(self) -> Iterator[Any]:
        styles = {"yes": "good", "no": "alarm", "waived": "warn", "open": "warn"}
        for one in self.page["heard"]:
            said = self.say(str(SAID_WORDS[one["says"]]))
            who = f" ({one['by']}, {clock_words(one['at'], self.time)})" if one["by"] else ""
            why = "".join(f": {value}" for value in one["facts"].values())
            nobody = "" if one["people"] else f" ({self.say('nobody has this role')})"
            words = span(f"{said}{who}{why}", styles[one["says"]])
            yield line(span(f"{one['title']}{nobody}: "), words, indent=2)

    def agreed(self) -> Iterator[Any]:
        verified = {one["person"]: one for one in self.page.get("verified", ())}
        for one in self.page["approvals"]:
            how = [self.say("signed") if one["signed"] else self.say("unsigned")]
            how += [self.say("self-agreed")] if one["self_agreed"] else []
            when = clock_words(one["since"], self.time)
            text = f"{one['person']} ({one['how']}), {when}: {', '.join(how)}"
            yield line(span(text), *self.checked(verified.get(one["person"])), indent=2)

    def checked(self, one: Row | None) -> Iterator[Span]:
        if one is None or one["code"] == "unsigned":
            return
        if one["verified"]:
            yield span("  " + self.say("the signature is right"), "good")
        elif one["verified"] is None:
            yield span("  " + self.say("the signature was redacted, or its key"), "warn")
        else:
            text = self.say("the signature is not right: {why}", why=one["text"])
            yield span(f"  {text}", "alarm")

    def running(self) -> Iterator[str]:
        for one in self.page["running"]:
            name = f"{one['incident']} {one['run']} r{one['from_revision']}"
            if one["migrated"]:
                yield f"{name}: {self.say('can follow')}"
            else:
                yield f"{name}: {self.say('stays: {why}', why=one['why']['text'])}"

    def lessons(self) -> Iterator[Line | str]:
        for one in self.page["lessons"]:
            if one["incident"] is None:
                text = self.say("{lesson}: this log has no such lesson", lesson=one["id"])
                yield line(span(text, "warn"), indent=2)
            else:
                yield f"{one['id']}: {one['text'] or self.say('not written down')}"

    def acknowledged(self) -> Iterator[str]:
        found = self.page["acknowledged"]
        have, lack = len(found["have"]), found["have_not"]
        if self.page["in_force"] and (have or lack):
            yield self.say("{have} of {all}", have=have, all=have + len(lack))

    # -- what is next ----------------------------------------------------------------

    def now(self) -> Iterator[Block]:
        page = self.page
        yield GAP
        for state in page["states"]:
            yield line(span(state["title"], "state"))
            if state["guide"]:
                yield line(span(state["guide"]), hang=0)
        if not page["states"]:
            yield line(span(_where(page, self.session), "state"))
        if page["waits_for"]:
            waits = ", ".join(page["waits_for"])
            yield line(span(self.say("waits for {roles}", roles=waits), "warn"))
        if page["due"]:
            until = clock_words(page["due"], self.time)
            yield line(span(self.say("until {time}", time=until), "dim"))
        yield from self.commands()

    def commands(self) -> Iterator[Block]:
        case, name = self.page["case"], self.page["id"]
        for task in dict.fromkeys(
            task["id"] for task in case["tasks"] if task["status"] == "open" and task["mine"]
        ):
            yield self.command("agreement", "step", name, task)
        for step in case["steps"]:
            if step["pending"]:
                yield self.command("agreement", "confirm", name, step["step"])
            elif step["possible"]:
                asked = [f"{row['fact']}=…" for row in step["questions"]]
                yield self.command("agreement", "step", name, step["step"], *asked)

    def command(self, *words: str) -> Line:
        return line(span(f"$ {self.session.line(*words)}", "command"), indent=2, hang=2)


LEVEL_WORDS = {"none": "none", "low": "low", "medium": "medium", "high": "high"}
QUESTION_WORDS = {
    "assets": "What is worth protecting:",
    "adversaries": "Who is interested in it:",
    "methods": "How they go to work:",
}
SAID_WORDS = {
    "yes": "no objection",
    "no": "objects",
    "waived": "not heard; management went on",
    "open": "still to be heard",
}
