"""Documents near the limits end soon, in little memory; what is too much for a proof is said."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from documents_around import around

from handrail.engine.documents.check import Checked, check_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_SECONDS = 2.0
MOST_MEMORY = 100 * 2**20  # bytes
HEAD = "handrail: 1\nkind: protocol\nid: big\nrevision: 1\ntitle: Big\n"
END = "  end: {final: over}\n"
FACT = "facts: {f: {type: yes-no, ask: F}}\n"


def check(text: str) -> Checked:
    site, others = around()
    return check_bytes(text.encode(), "big.yaml", site=site, others=others)


def codes(checked: Checked) -> set[str]:
    return {finding.code for finding in checked.findings}


def states(start: str, items: Iterable[str], before: str = "") -> str:
    return f"{HEAD}{before}start: {start}\nstates:\n" + "".join(f"  {one}\n" for one in items) + END


def tracks(count: int, track: str, before: str = "") -> str:
    inside = ", ".join(track.replace("#", str(number)) for number in range(count))
    return states("p", [f"p: {{tracks: {{{inside}}}, done: [{{state: end}}]}}"], before)


def nested(depth: int) -> str:
    inner = "{steps: {on: {to: end}}}"
    for level in range(depth):
        inner = f"{{start: s{level}, states: {{s{level}: {inner}}}}}"
    return states("top", [f"top: {inner}"])


def guards(when: str, before: str, rest: str = ", {state: end}") -> str:
    return states("a", [f"a: {{steps: {{on: {{to: [{when}{rest}]}}}}}}"], before)


def deep_guard() -> str:
    guard = "{f: true}"
    for _ in range(25):
        guard = f"{{any: [{guard}, {{not: {{f: false}}}}]}}"
    return guards(f"{{state: end, when: {guard}}}", FACT)


def text_of_4_mib() -> str:
    guide = "word " * 3_900
    return states("s0", [*(f's{i}: {{guide: "{guide}", {to(i, 200)}}}' for i in range(200))])


def to(number: int, count: int) -> str:
    return f"steps: {{on: {{to: {f's{number + 1}' if number + 1 < count else 'end'}}}}}"


def chain(count: int) -> str:
    return states("s0", (f"s{i}: {{{to(i, count)}}}" for i in range(count)))


def deciding(count: int) -> str:
    goals = [*(f"s{i + 1}" for i in range(count - 1)), "end"]
    return states("s0", (f"s{i}: {{next: [{{state: {g}}}]}}" for i, g in enumerate(goals)))


def dense(count: int) -> str:
    steps = ", ".join(f"x{number}: {{to: s{number}}}" for number in range(count))
    return states("s0", (f"s{number}: {{steps: {{{steps}}}}}" for number in range(count)))


def histories() -> str:
    inside = ", ".join(f"s{i}: {{steps: {{on: {{to: s{(i + 1) % 900}}}}}}}" for i in range(900))
    away = (
        f"w{i}: {{steps: {{back: {{to: {{resume: o}}}}, on: {{to: end}}}}}}" for i in range(300)
    )
    out = ", ".join(f"to{i}: {{to: w{i}}}" for i in range(300))
    return states("o", [f"o: {{start: s0, states: {{{inside}}}, steps: {{{out}}}}}", *away])


def back_and_forth(count: int) -> str:
    """Tracks that move by themselves one way when a fact is true, and back when it is not."""
    track = (
        "t#: {start: a#, states: {a#: {next: [{state: b#, when: {f: true}}], steps: {a-#: {}}}, "
        "b#: {next: [{state: a#, when: {f: false}}], steps: {b-#: {to: c#}}}, c#: {final: x}}}"
    )
    begin = "q: {steps: {on: {ask: [f], to: p}}}"
    return tracks(count, track, FACT).replace(
        "start: p\nstates:\n", f"start: q\nstates:\n  {begin}\n"
    )


def numbers(count: int) -> str:
    facts = "".join(f"  f{i}: {{type: number, ask: F}}\n" for i in range(count))
    any_of = ", ".join(f"{{f{i}: {{above: {j}}}}}" for i in range(count) for j in range(15))
    return guards(f"{{state: end, when: {{any: [{any_of}]}}}}", f"facts:\n{facts}")


def thresholds() -> str:
    when = ", ".join(f"{{state: end, when: {{n: {number}}}}}" for number in range(3_000))
    return guards(when, "facts: {n: {type: number, ask: F}}\n")


def options() -> str:
    of = ", ".join(f"c{number}: X" for number in range(4_000))
    when = ", ".join(f"{{state: end, when: {{c: c{number}}}}}" for number in range(2_000))
    return guards(when, f"facts: {{c: {{type: choice, ask: F, of: {{{of}}}}}}}\n")


def outcomes() -> str:
    """A guard on the outcomes of many tracks together."""
    track = "t#: {start: a#, states: {a#: {steps: {x#: {to: b#}, y#: {to: c#}}}, %s}}"
    text = tracks(40, track % "b#: {final: x}, c#: {final: y}")
    done = "done: [{state: end, when: {outcome: x}}, {state: end}]"
    return text.replace("done: [{state: end}]", done)


SOON = {
    "text of 4 MiB": text_of_4_mib,
    "2,000 states in a row": lambda: chain(2_000),
    "2,000 states that move on": lambda: deciding(2_000),
    "many tracks": lambda: tracks(
        1_600, "t#: {start: a#, states: {a#: {steps: {on: {to: b#}}}, b#: {final: x}}}"
    ),
    "deep": lambda: nested(14),
    "deep guard": deep_guard,
    "everything leads everywhere": lambda: dense(70),
    "many ways back": histories,
}
TOO_MANY = {
    "many numbers": lambda: numbers(300),
    "many thresholds": thresholds,
    "many options": options,
    "outcomes of many tracks": outcomes,
    "tracks that go back and forth": lambda: back_and_forth(12),
    "many tracks that do": lambda: back_and_forth(300),
}


@pytest.mark.parametrize("make", [*SOON.values(), *TOO_MANY.values()], ids=[*SOON, *TOO_MANY])
def test_a_large_document_is_checked_soon(make: Callable[[], str]) -> None:
    text = make()
    begun = time.process_time()
    check(text)
    assert time.process_time() - begun < MOST_SECONDS


@pytest.mark.parametrize("make", [text_of_4_mib, lambda: chain(2_000), options])
def test_a_large_document_takes_little_memory(make: Callable[[], str]) -> None:
    """Counted anew for each, which a process's own peak cannot be."""
    text = make()
    tracemalloc.start()
    try:
        check(text)
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("make", TOO_MANY.values(), ids=TOO_MANY)
def test_what_is_too_much_for_a_proof_is_said(make: Callable[[], str]) -> None:
    checked = check(make())
    assert "HR312" in codes(checked)
    assert checked.ok, checked.findings[:3]


@pytest.mark.parametrize("make", SOON.values(), ids=SOON)
def test_what_is_within_the_budget_is_proved(make: Callable[[], str]) -> None:
    assert "HR312" not in codes(check(make()))


def test_more_tracks_or_values_than_a_document_may_hold_are_told_at_once() -> None:
    track = "t#: {start: a#, states: {a#: {steps: {on: {to: b#}}}, b#: {final: x}}}"
    assert codes(check(tracks(2_500, track))) == {"HR016"}
