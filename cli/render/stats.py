"""Statistics as lines of numbers, each before its name; on a terminal with bars."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from handrail.cli.page import line, span
from handrail.engine.audit.stats.spoken import long, period, reason, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from handrail.cli.page import Line, Span
    from handrail.cli.session import Session

    Row = Mapping[str, Any]

__all__ = ["statistics"]

_BAR: Final = 12  # columns of the longest bar
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"  # the left blocks of Unicode, by eighths
_STEPS: Final = "▁▂▃▄▅▆▇█"  # the lower blocks
_WIDE: Final = 8  # columns of a number


def statistics(found: Row, session: Session, *, bars: bool) -> Iterator[Line]:
    """Yield the statistics, part by part.

    :param bars: with bars, for eyes; without, for programs.
    """
    yield from _Screen(session, bars=bars).lines(found)


class _Screen:
    def __init__(self, session: Session, *, bars: bool) -> None:
        self.say = session.say
        self.lang = session.lang
        self.bars = bars

    def lines(self, found: Row) -> Iterator[Line]:
        whole = found["all"]
        yield line(span(found["site"], "title"), f"  {period(found, self.lang)}")
        yield from self.overview(found)
        yield from self.gave_up(found["gave_up"])
        yield from self.times(self.say("Outcomes"), whole["outcomes"], "count")
        yield from self.times(self.say("Time in each state"), whole["states"], "median")
        yield from self.late(whole["missed"])
        yield from self.refused(whole["refused"])
        yield from self.seen(found["sightings"])

    def title(self, text: str) -> Iterator[Line]:
        yield line("")
        yield line(span(text, "title"))

    # -- groups ----------------------------------------------------------------------

    def overview(self, found: Row) -> Iterator[Line]:
        """Yield a line for each group, and one for all."""
        rows = [*found["groups"], {"title": self.say("all"), **found["all"]}]
        most = max(one["incidents"] for one in rows)
        yield line("")
        names = ("incidents", "open", "missed", "deviations", "refusals")
        yield self.head([self.say(_COLUMN_WORDS[name]) for name in names], self.say("group"), at=1)
        for one in rows:
            late, deviations = one["deadlines"]["missed"], one["deviations"]
            yield self.row(
                [
                    _number(one["incidents"]),
                    *self.bar(one["incidents"], most),
                    _number(one["open"]),
                    _number(late, "alarm" if late else ""),
                    _number(deviations, "alarm" if deviations else ""),
                    _number(one["refusals"]),
                ],
                span(one["title"], "strong"),
            )

    # -- parts -----------------------------------------------------------------------

    def gave_up(self, given: Sequence[Row]) -> Iterator[Line]:
        """Yield whether adversaries gave up: what security works for."""
        if not given:
            return
        yield from self.title(self.say("Did the adversary give up?"))
        total, most = sum(one["count"] for one in given), given[0]["count"]
        for one in given:
            cells = [_cell(share(one["count"], total)), *self.bar(one["count"], most)]
            yield self.row(cells, span(one["title"]))

    def times(self, title: str, rows: Sequence[Row], measure: str) -> Iterator[Line]:
        """Yield for each protocol how often something was, and how long it took."""
        if not rows:
            return
        yield from self.title(title)
        names = [self.say(_COLUMN_WORDS[name]) for name in ("times", "median", "p90")]
        yield self.head(names, "", at=1 if measure == "count" else 3)
        for protocol, some in groupby(rows, key=lambda one: str(one["protocol_title"])):
            yield line(span(protocol, "dim"))
            yield from self.stretches(list(some), measure)

    def stretches(self, rows: Sequence[Row], measure: str) -> Iterator[Line]:
        most = max(one[measure] for one in rows)
        for one in rows:
            bar = self.bar(one[measure], most)
            count = [_number(one["count"]), *(bar if measure == "count" else [])]
            times = [_cell(long(one["median"])), _cell(long(one["p90"]))]
            after = bar if measure == "median" else []
            yield self.row([*count, *times, *after], span(one["title"]))

    def late(self, rows: Sequence[Row]) -> Iterator[Line]:
        """Yield the deadlines that were missed."""
        if not rows:
            return
        yield from self.title(self.say("Missed deadlines"))
        for one in rows:
            cells = [_number(one["count"]), *self.bar(one["count"], rows[0]["count"])]
            yield self.row(cells, span(f"{one['protocol_title']}: ", "dim"), span(one["title"]))

    def refused(self, rows: Sequence[Row]) -> Iterator[Line]:
        """Yield why things were refused."""
        if not rows:
            return
        yield from self.title(self.say("Refusals"))
        for one in rows:
            cells = [_number(one["count"]), *self.bar(one["count"], rows[0]["count"])]
            yield self.row(cells, span(reason(one["code"], self.lang)))

    def seen(self, seen: Row) -> Iterator[Line]:
        """Yield what was seen of adversaries: where in their planning, and when."""
        yield from self.title(self.say("What was seen of adversaries"))
        yield line(span(self.say("Since {day}", day=seen["weeks"][0]), "dim"))
        if not seen["total"]:
            yield line(self.say("Nothing was counted."))
            return
        for one in seen["assets"]:
            name = self.say("not said") if one["asset"] == "-" else one["title"]
            yield line(span(f"{name}: ", "strong"), span(self.stages(one, seen["stages"]), "warn"))
        for one in seen["methods"]:
            stage = one["stage"].replace("-", " ")
            ended = ", ".join(f"{end['title']} {end['count']}" for end in one["endings"])
            cells = [_number(one["count"]), self.weeks(one["weeks"])]
            yield self.row(cells, span(one["title"], "strong"), span(f" ({stage}): {ended}"))

    @staticmethod
    def stages(one: Row, stages: Sequence[Row]) -> str:
        """Where in the planning cycle an asset was seen, the stages in their order."""
        counts = ((stage["title"], one["stages"][stage["stage"]]) for stage in stages)
        return ", ".join(f"{title} {count}" for title, count in counts if count)

    def weeks(self, counts: Sequence[int]) -> Span:
        """One sign a week, or the numbers."""
        if not self.bars:
            return span(f"  {' '.join(map(str, counts))}")
        most = max(1, *counts)
        signs = (_STEPS[count * (len(_STEPS) - 1) // most] if count else "·" for count in counts)
        return span(f"  {''.join(signs)}", "command")

    # -- cells -----------------------------------------------------------------------

    def head(self, names: Sequence[str], last: str, *, at: int) -> Line:
        """The names of the columns; a bar stands after ``at`` of them."""
        gap = [" " * (_BAR + 2)] if self.bars else []
        cells = [f" {name:>{_WIDE}}" for name in names]
        return line(span(f"{''.join([*cells[:at], *gap, *cells[at:]])}  {last}", "dim"))

    @staticmethod
    def row(cells: Sequence[Span], *name: Span) -> Line:
        """Numbers, then what they are of; where that is long it goes on under itself."""
        return line(*cells, span("  "), *name, hang=sum(len(cell.text) for cell in cells) + 4)

    def bar(self, value: float, most: float) -> list[Span]:
        """A bar in a column of its own; none where there are none."""
        if not self.bars:
            return []
        whole, rest = divmod(round(value / most * _BAR * 8) if most else 0, 8)
        blocks = "█" * whole + (_EIGHTHS[rest] if rest else "")
        return [span(f"  {blocks:<{_BAR}}", "command")]


_COLUMN_WORDS = {
    "incidents": "counted",
    "open": "open",
    "missed": "missed",
    "deviations": "deviated",
    "refusals": "refused",
    "times": "times",
    "median": "median",
    "p90": "90 %",
}


def _number(value: int, style: str = "") -> Span:
    return _cell(str(value), style)


def _cell(text: str, style: str = "") -> Span:
    return span(f"{text:>{_WIDE + 1}}", style)
