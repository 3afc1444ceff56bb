"""What the screens say, given a view made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from handrail.cli.page import lay_out
from handrail.cli.render.now import Screen
from handrail.cli.render.questions import question
from handrail.cli.render.whole import whole
from handrail.cli.session import Session

NOW = datetime(2026, 11, 21, 23, 15, tzinfo=UTC)
RUN = "suspicious-person-1"


def a_view(**changes: Any) -> dict[str, Any]:
    view: dict[str, Any] = {
        "id": "INC-2026-0001",
        "title": "man at the dock",
        "drill": False,
        "status": "open",
        "phase": "during",
        "opened": "2026-11-21T23:10:00.000000Z",
        "version": 7,
        "head": {"size": 12, "root": "a1b2c3d4e5f60718"},
        "lifecycle": {
            "id": "incident-1",
            "protocol": "incident",
            "revision": 1,
            "sha256": "00",
            "title": "Incident",
            "status": "active",
            "outcome": None,
            "in": ["during"],
            "states": [{"id": "during", "title": "During", "guide": "", "entered": "…"}],
        },
        "runs": [
            {
                "id": RUN,
                "protocol": "suspicious-person",
                "revision": 3,
                "sha256": "11",
                "title": "Suspicious person",
                "status": "active",
                "outcome": None,
                "in": ["contact"],
                "states": [
                    {
                        "id": "contact",
                        "title": "Make contact",
                        "guide": "Approach openly, offer help.",
                        "entered": "2026-11-21T23:12:00.000000Z",
                    }
                ],
            }
        ],
        "facts": {RUN: {"linked": True, "deviation": "filming the dock"}},
        "tasks": [
            {
                "run": RUN,
                "id": "tell-control-room",
                "do": "Tell the control room where you are going.",
                "status": "open",
                "optional": False,
                "item": None,
                "evidence": False,
                "state": "contact",
                "by": ["guard"],
            },
            {
                "run": RUN,
                "id": "colleague-in-sight",
                "do": "Have a colleague in sight.",
                "status": "done",
                "optional": True,
                "item": None,
                "evidence": False,
                "state": "contact",
                "by": ["guard"],
            },
        ],
        "deadlines": [
            {"run": RUN, "state": "contact", "due": "2026-11-21T23:18:00.000000Z", "overdue": False}
        ],
        "steps": [
            {
                "run": RUN,
                "step": "conclude",
                "state": "contact",
                "title": "Conclude",
                "guide": "",
                "possible": True,
                "why_not": [],
                "ask": ["explanation"],
                "by": ["guard"],
                "second": None,
                "pending": None,
                "questions": [
                    {
                        "fact": "explanation",
                        "type": "choice",
                        "ask": "What did the person explain?",
                        "of": {"plausible": "Plausible", "refused": "Would not answer"},
                        "many": False,
                        "unit": None,
                        "required": True,
                    }
                ],
            },
            {
                "run": RUN,
                "step": "stand-down",
                "state": "contact",
                "title": "Stand down",
                "guide": "",
                "possible": False,
                "why_not": [{"code": "role", "text": "only a duty manager may"}],
                "ask": [],
                "by": ["duty-manager"],
                "second": None,
                "pending": None,
                "questions": [],
            },
        ],
        "messages": [],
        "deviations": [],
        "people": ["anna"],
    }
    return view | changes


@pytest.fixture
def session() -> Session:
    return Session({"LANG": "en_GB.UTF-8"})


def the_screen(view: dict[str, Any], session: Session) -> str:
    return lay_out(Screen(view, session, NOW).blocks())


def test_next_says_what_to_do_in_the_order_of_doing(session: Session) -> None:
    text = the_screen(a_view(), session)
    parts = [
        "INC-2026-0001  man at the dock",
        "Make contact",
        "Approach openly, offer help.",
        "in 3m",
        "[ ] Tell the control room where you are going.",
        "[x] Have a colleague in sight. (optional)",
        "$ handrail task INC-2026-0001 tell-control-room",
        "Conclude",
        "What did the person explain?",
        "plausible",
        "$ handrail step INC-2026-0001 conclude explanation=…",
        "Not now:",
        "only a duty manager may",
    ]
    at = [text.find(part) for part in parts]
    assert -1 not in at, [part for part, where in zip(parts, at, strict=True) if where < 0]
    assert at == sorted(at)


def test_a_drill_says_so_at_the_top(session: Session) -> None:
    assert "DRILL" in the_screen(a_view(drill=True), session).splitlines()[0]
    assert "DRILL" not in the_screen(a_view(), session)


def test_what_was_typed_for_who_and_where_is_part_of_the_commands(session: Session) -> None:
    session.typed = {"--as": "anna"}
    assert "conclude explanation=… --as anna" in the_screen(a_view(), session)


def test_a_late_deadline_says_since_when(session: Session) -> None:
    due = {"run": RUN, "state": "contact", "due": "2026-11-21T23:05:00.000000Z", "overdue": True}
    assert "late since 23:05 (10m)" in the_screen(a_view(deadlines=[due]), session)


def test_a_pending_step_shows_how_the_second_person_confirms(session: Session) -> None:
    view = a_view()
    pending = {"by": "anna", "have": 0, "need": 1, "mine": False}
    view["steps"][0] |= {"possible": False, "pending": pending}
    text = the_screen(view, session)
    assert "begun by anna; confirmed 0 of 1" in text
    assert "$ handrail confirm INC-2026-0001 conclude" in text


def test_two_runs_that_offer_the_same_step_are_told_apart(session: Session) -> None:
    view = a_view()
    second = view["runs"][0] | {"id": "suspicious-person-2"}
    view["runs"].append(second)
    view["steps"].append(view["steps"][0] | {"run": second["id"]})
    text = the_screen(view, session)
    assert f"conclude explanation=… --run {RUN}" in text
    assert "conclude explanation=… --run suspicious-person-2" in text


def test_a_task_that_wants_a_file_says_how_to_attach_it(session: Session) -> None:
    view = a_view()
    view["tasks"][0]["evidence"] = True
    assert "$ handrail attach INC-2026-0001 FILE --task tell-control-room" in the_screen(
        view, session
    )


def test_in_parallel_states_each_has_its_own_tasks_and_steps(session: Session) -> None:
    view = a_view()
    [run] = view["runs"]
    inner = {"guide": "", "entered": "…"}
    run["in"] = ["contact", "calling"]
    run["states"] = [
        {"id": "act", "title": "Act", **inner},
        {"id": "contact", "title": "Make contact", **inner},
        {"id": "calling", "title": "Call the police", **inner},
    ]
    view["steps"] += [
        view["steps"][0] | {"step": "told", "title": "They know", "state": "calling"},
        view["steps"][0] | {"step": "describe", "title": "Write it down", "state": "act"},
    ]
    text = the_screen(view, session)
    order = ["Act", "Make contact", "Tell the control", "> Conclude", "Call the police",
             "> They know", "> Write it down", "Not now"]  # fmt: skip
    at = [text.find(part) for part in order]
    assert -1 not in at
    assert at == sorted(at)


def test_a_closed_incident_offers_nothing(session: Session) -> None:
    text = the_screen(a_view(status="closed"), session)
    assert "This incident is closed." in text
    assert "$" not in text


def test_a_note_cannot_clear_the_screen(session: Session) -> None:
    text = the_screen(a_view(title="\x1b[2J\x1b[H gone"), session)
    assert "\x1b" not in text
    assert "\\x1b[2J" in text


def test_show_holds_facts_and_where_each_run_is(session: Session) -> None:
    text = lay_out(whole(a_view(), session, NOW))
    assert "deviation" in text
    assert "filming the dock" in text
    assert "suspicious-person r3" in text
    assert "acted: anna" in text


def test_show_writes_yes_and_no_and_lists_as_words(session: Session) -> None:
    view = a_view(facts={RUN: {"linked": False, "indicators": ["a", "b"], "name": "[redacted]"}})
    text = lay_out(whole(view, session, NOW))
    assert [row.split()[-1] for row in text.splitlines() if row.startswith(RUN)][1:] == [
        "no",
        "b",
        "[redacted]",
    ]


def test_the_screen_speaks_dutch() -> None:
    session = Session({"HANDRAIL_LANG": "nl"})
    text = the_screen(a_view(), session)
    assert "Nu niet:" in text
    assert "Not now:" not in text


@pytest.mark.parametrize(("count", "listed"), [(8, 8), (9, 9), (10, 8)])
def test_a_list_of_answers_is_cut_only_where_that_is_shorter(
    session: Session, count: int, listed: int
) -> None:
    row = {"fact": "voice", "type": "choice", "of": {f"v{n}": f"Voice {n}" for n in range(count)}}
    text = lay_out(question(row, session))
    assert text.count("Voice") == listed
    assert (f"and {count - listed} more" in text) == (listed < count)


def test_show_says_in_words_where_a_run_is(session: Session) -> None:
    text = lay_out(whole(a_view(), session, NOW))
    (row,) = [line for line in text.splitlines() if line.startswith(RUN) and "active" in line]
    assert row.endswith("active  Make contact")
    view = a_view()
    view["runs"][0] |= {"status": "finished", "outcome": "let-go", "in": [], "states": []}
    assert f"{RUN}  suspicious-person r3  finished  let-go" in lay_out(whole(view, session, NOW))
