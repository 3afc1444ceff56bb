"""What Tab offers: incidents, and what is possible in that incident now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cli_play import Hand


def bash(hand: Hand, *words: str) -> list[str]:
    """What bash is offered; it breaks words at ``=``, as COMP_WORDBREAKS says."""
    said = hand(
        COMP_WORDS="\n".join(["handrail", *words]),
        COMP_CWORD=str(len(words)),
        _HANDRAIL_COMPLETE="complete_bash",
        HANDRAIL_AS="anna",
    )
    assert said.err == ""
    return said.out.split()


def test_commands(contact: Hand) -> None:
    assert bash(contact, "at") == ["attach"]
    assert "verify" in bash(contact, "audit", "")


def test_incidents(contact: Hand) -> None:
    [incident] = bash(contact, "step", "INC")
    assert incident.startswith("INC-")


def test_steps_that_are_possible_now(contact: Hand) -> None:
    assert set(bash(contact, "step", "1", "")) == {"interview", "call-shift-lead", "danger"}
    contact.does("task", "1", "tell-control-room", "--as", "anna", "-q")
    assert "conclude" in bash(contact, "step", "1", "con")


def test_tasks_that_are_open(contact: Hand) -> None:
    contact.does("task", "1", "tell-control-room", "--as", "anna", "-q")
    assert bash(contact, "task", "1", "") == ["colleague-in-sight"]


def test_facts_of_the_step_then_their_answers(contact: Hand) -> None:
    offered = bash(contact, "step", "1", "interview", "")
    assert set(offered) == {"name=", "brings-here=", "confirmed-by=", "checks-out="}
    assert bash(contact, "step", "1", "interview", "name", "=", "x", "ch") == ["checks-out="]


@pytest.mark.parametrize("typed", [["checks-out", "="], ["checks-out", "=", ""]])
def test_after_the_sign_only_the_answer_is_given_back(contact: Hand, typed: list[str]) -> None:
    offered = bash(contact, "step", "1", "interview", *typed)
    assert set(offered) == {"true-story", "not-true", "not-checked"}


def test_an_answer_that_was_begun(contact: Hand) -> None:
    words = ["step", "1", "interview", "checks-out", "=", "not"]
    assert set(bash(contact, *words)) == {"not-true", "not-checked"}


def test_people_and_protocols(contact: Hand) -> None:
    assert bash(contact, "next", "--as", "he") == ["helena"]
    assert set(bash(contact, "open", "suspicious-")) == {
        "suspicious-object",
        "suspicious-person",
        "suspicious-situation",
    }


def test_where_there_is_nothing_to_offer_nothing_is_said(contact: Hand) -> None:
    assert bash(contact, "step", "77", "") == []
    contact.env.pop("HANDRAIL_WORKSPACE")
    assert bash(contact, "step", "") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells(contact: Hand, shell: str) -> None:
    said = contact(
        _TYPER_COMPLETE_ARGS="handrail step 1 ",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
        _HANDRAIL_COMPLETE=f"complete_{shell}",
        HANDRAIL_AS="anna",
    )
    assert "danger" in said.out
    assert "Danger now" in said.out


def test_a_real_bash_puts_the_answer_in_place(contact: Hand) -> None:
    script = (
        'eval "$("$0" --show-completion bash)"; COMP_WORDS=(handrail step 1 interview '
        'checks-out = t); COMP_CWORD=6; _handrail_completion "$0"; echo "${COMPREPLY[@]}"'
    )
    import subprocess  # noqa: PLC0415 - beside its only use

    from cli_play import COMMAND  # noqa: PLC0415 - the same

    done = subprocess.run(
        ["bash", "-c", script, COMMAND],
        env=contact.env | {"HANDRAIL_AS": "anna"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.split() == ["true-story"], done


def test_states_that_leaving_the_protocol_may_lead_to(museum: Hand) -> None:
    museum.does("open", "suspicious-object", "--as", "anna", "-q")
    offered = bash(museum, "deviate", "1", "--to", "")
    assert {"find-owner", "followed-up"} <= set(offered)
    assert "during" not in offered  # the lifecycle lets nobody leave it
    assert bash(museum, "deviate", "1", "--to", "fol") == ["followed-up"]
    museum.does("deviate", "1", "--to", "find-owner", "--why", "x", "--as", "esra", "-q")
    assert set(bash(museum, "deviate", "1", "--to", "")) == set(offered)


def test_where_nobody_may_leave_nothing_is_offered(contact: Hand) -> None:
    assert bash(contact, "deviate", "1", "--to", "") == []
