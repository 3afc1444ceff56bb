"""Everything that can be typed wrong: one line, the exit code, nothing changed."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from handrail.engine.errors import NotFoundError

if TYPE_CHECKING:
    from cli_play import Desk


REDACT = ["audit", "redact", "1", "--why", "asked", "--basis", "GDPR art. 17"]
WRONG = [
    # the words, the exit code, and what the message holds
    (["next", "INC-2026-0009"], 10, "did you mean INC-"),
    (["step", "1", "conclud", "--as", "anna"], 10, "did you mean conclude?"),
    (["step", "1", "conclude", "explanaton=refused", "--as", "anna"], 10, "explanation"),
    (["task", "1", "tell-controlroom", "--as", "anna"], 10, "tell-control-room"),
    (["task", "1", "zzz", "--as", "anna"], 10, "tell-control-room, colleague-in-sight"),
    (["deviate", "1", "--to", "cntact", "--why", "x", "--as", "carla"], 10, "did you mean contact"),
    (["deviate", "1", "--to", "contact", "--as", "carla"], 2, "--why TEXT is missing"),
    (["start", "1", "suspicious-persn", "--as", "anna"], 10, "did you mean suspicious-person"),
    (["confirm", "1", "stnd-down", "--as", "anna"], 10, "did you mean stand-down"),
    (["fact", "1", "likned=yes", "--as", "anna"], 10, "did you mean linked?"),
    (["fact", "1", "indicators=", "--as", "anna"], 2, "name at least one, or say none"),
    (["fact", "1", "linked=1", "--as", "anna"], 2, "expected yes or no, not “1”"),
    (["list", "--phase", "durng"], 10, "did you mean during?"),
    (["list", "--protocol", "suspicious-persn"], 10, "did you mean suspicious-person"),
    (["list", "one", "two"], 2, "nothing to do with “one two”"),
    (["list", "--lang", "dutch"], 2, "“dutch” is no language: give a tag, such as en, nl"),
    (["list", "--lang", "../../etc"], 2, "is no language"),
    (["step", "1", "danger", "--if-version", "x"], 2, "--if-version needs a whole number, not “x”"),
    (["audit", "log", "--last", "x"], 2, "--last needs a whole number, 1 or more, not “x”"),
    (["audit", "log", "--last", "0"], 2, "--last needs a whole number, 1 or more, not “0”"),
    (["audit", "stats", "--weeks", "99"], 2, "--weeks needs a whole number from 1 to 53, not “99”"),
    (["audit", "stats", "--by", "mnth"], 2, "--by takes one of protocol, site, month, drill"),
    (["audit", "stats", "--by", "mnth"], 2, "not “mnth”; did you mean month?"),
    (["protocol", "check", "--format", "xx"], 2, "--format takes one of full, concise, json"),
    (["list", "--json=3"], 2, "--json takes no value"),
    (["list", "--lang"], 2, "--lang needs a value after it"),
    (["open", "suspicious-persn", "--as", "anna"], 10, "did you mean suspicious-person"),
    (["open", "suspicious-person", "--as", "ana"], 10, "did you mean anna?"),
    (["step", "1", "conclude", "explanation=refusd", "--as", "anna"], 2, "did you mean refused?"),
    (["step", "1", "conclude", "explanation", "--as", "anna"], 2, "FACT=VALUE"),
    (["fact", "1", "linked=perhaps", "--as", "anna"], 2, "expected yes or no"),
    (["fact", "1", "linked=yes", "linked=no", "--as", "anna"], 2, "given twice"),
    (["step", "1", "assess", "--as", "anna"], 5, ""),
    (["step", "1", "interview", "name=x", "--as", "anna"], 5, ""),
    (["step", "1", "conclude", "explanation=refused", "--as", "helena"], 4, "guard"),
    (["step", "1", "danger", "--if-version", "1", "--as", "anna"], 11, "was first"),
    (["task", "1", "tell-control-room", "--skip", "no time", "--as", "anna"], 5, ""),
    (["task", "1", "tell-control-room", "--occurred", "later", "--as", "anna"], 2, "later"),
    (["task", "1", "tell-control-room", "--occurred", "2100-01-01", "--as", "anna"], 2, "future"),
    (["note", "1", " ", "--as", "anna"], 2, "empty"),
    (["attach", "1", "nowhere.jpg", "--as", "anna"], 10, "nowhere.jpg"),
    (["attach", "1", "museum", "--as", "anna"], 2, "not a regular file"),
    (["attach", "1", "/dev/zero", "--as", "anna"], 2, "not a regular file"),
    (["audit", "log", "--case", "INC-2026-0009"], 10, "did you mean INC-"),
    (["audit", "log", "--case", "DOC-suspicious-persn"], 10, "mean DOC-suspicious-person"),
    (["audit", "log", "--type", "step-takn"], 10, "did you mean step-taken"),
    (["protocol", "explain", "hr34"], 10, "did you mean HR34"),
    (["audit", "prove", "INC-2026-0009"], 10, "did you mean INC-"),
    (["audit", "prove", "DOC-suspicious-persn"], 10, "mean DOC-suspicious-person"),
    (["audit", "prove", "--record", "9999"], 10, "no record or case under this checkpoint “9999”"),
    (["audit", "log", "--by", "ana"], 10, "no person “ana”; did you mean anna"),
    (["audit", "log", "--protocol", "suspicious-persn"], 10, "did you mean suspicious-person"),
    (["audit", "export", "--by", "ana", "--as", "helena"], 10, "did you mean anna"),
    (["audit", "export", "--protocol", "x", "--as", "helena"], 10, "no protocol “x”"),
    (["audit", "export", "--case", "INC-2026-0009", "--as", "helena"], 10, "did you mean INC-"),
    (["audit", "export", "--type", "step-takn", "--as", "helena"], 10, "mean step-taken"),
    (["protocol", "list", "--kind", "protcol"], 10, "did you mean protocol?"),
    (["audit", "verify", "--against", "/nonexist"], 10, "/nonexist"),
    (["audit", "verify", "--against", __file__], 1, f"{__file__}: this is not a signed note"),
    (["audit", "prove", "1", "--out", __file__], 2, "is there already; name a new file"),
    (["audit", "verify", "--key", "/nonexist"], 10, "/nonexist"),
    (["stpe", "1", "conclude"], 2, "did you mean step?"),
    (["step", "1", "conclude", "--occured", "12:00"], 2, "--occurred"),
    (["open"], 2, "PROTOCOL is missing"),
    (["watch", "--every", "soon"], 2, "is no duration"),
    (["audit", "log", "--since", "monday"], 2, "monday"),
    ([*REDACT, "--title", "--as", "helena"], 2, "--yes"),
    ([*REDACT, "--title", "--yes", "--as", "anna"], 4, "director"),
    ([*REDACT, "--yes", "--as", "helena"], 2, "--attachment"),
    ([*REDACT, "--fact", "deviatoin", "--yes", "--as", "helena"], 10, "mean deviation?"),
    ([*REDACT, "--note", "99999", "--yes", "--as", "helena"], 10, "99999"),
    ([*REDACT, "--attachment", "abc", "--yes", "--as", "helena"], 2, "too short"),
    (["audit", "hold", "9", "--why", "x", "--as", "helena"], 10, "INC-"),
    (["audit", "hold", "1", "--why", " ", "--as", "helena"], 2, "say why"),
    (["audit", "retention", "--apply"], 2, "--yes"),
    (["audit", "rotate-key", "--yes", "--as", "anna"], 4, "director"),
    (["audit", "export", "--format", "ocfs", "--as", "anna"], 10, "did you mean"),
    (["audit", "export", "--since", "monday", "--as", "anna"], 2, "monday"),
    (["audit", "export", "--out", "museum/site.yaml", "--as", "anna"], 2, "there already"),
    (["agree", "--as", "helena"], 2, "--all"),
    (["agree", "suspicious-person", "--as", "anna"], 4, "director"),
    (["protocol", "show", "suspicious-persn"], 10, "suspicious-person"),
    (["next", "--workspace", "/nowhere"], 10, "/nowhere"),
]


@pytest.mark.parametrize(("words", "code", "part"), WRONG, ids=[" ".join(w[0]) for w in WRONG])
def test_what_is_typed_wrong_gets_one_line_and_its_exit_code(
    desk: Desk, words: list[str], code: int, part: str
) -> None:
    said = desk(*words)
    assert said.code == code, said
    assert part in said.err
    assert "Traceback" not in said.err
    assert said.err.startswith("handrail: ")
    assert len([line for line in said.err.splitlines() if not line.startswith("  ")]) == 1
    assert not list(desk.home.glob("state/handrail/crash-*"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["audit", "log", "--last", "x"], "na --last hoort een geheel getal, 1 of meer, niet “x”"),
        (["audit", "stats", "--by", "mnth"], "niet “mnth”; bedoelde je month?"),
        (["list", "--mine=1"], "na --mine hoort geen waarde"),
    ],
)
def test_in_dutch_too(desk: Desk, words: list[str], told: str) -> None:
    assert told in desk(*words, "--lang", "nl").err


@pytest.mark.parametrize(
    ("words", "code", "name"),
    [
        (["step", "1", "conclude", "explanation=refused", "--as", "anna"], 5, "refused"),
        (["step", "1", "conclude", "explanation=refused", "--as", "helena"], 4, "refused"),
        (["step", "1", "danger", "--if-version", "1", "--as", "anna"], 11, "refused"),
        (["next", "INC-2026-0009"], 10, "error"),
        (["open"], 2, "error"),
        (["stpe"], 2, "error"),
        (["next", "--nonsense"], 2, "error"),
    ],
)
def test_with_json_the_fault_is_an_object_on_stdout(
    desk: Desk, words: list[str], code: int, name: str
) -> None:
    said = desk(*words, "--json")
    assert said.code == code
    assert set(said.json) == {name}
    assert {"code", "text"} <= set(said.json[name])
    assert ("needs" in said.json[name]) == (name == "refused")
    assert said.err == ""


def test_what_was_meant_stands_in_the_object_too(desk: Desk) -> None:
    assert desk("next", "INC-2026-0009", "--json").json["error"]["near"] != []


@pytest.mark.parametrize("words", [[], ["audit"], ["protocol"]])
def test_a_group_without_a_command_shows_its_help_as_it_is(desk: Desk, words: list[str]) -> None:
    said = desk(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err == desk(*words, "--help").out


def test_names_without_an_order_are_listed_by_the_alphabet() -> None:
    names = {f"doc-{letter}" for letter in "hgfedcba"}
    assert str(NotFoundError("document", "x", names)).endswith(", ".join(sorted(names)))


def test_the_next_sensible_command_is_suggested(desk: Desk) -> None:
    said = desk("step", "1", "conclude", "explanation=refused", "--as", "anna")
    assert "try: handrail next INC-" in said.err


def test_who_was_first_is_told_in_words_and_in_the_time_of_this_place(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["step", "1", "danger", "--if-version", "1", "--as", "anna"]
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    told = desk(*words).err
    dutch = desk(*words, "--lang", "nl").err
    here = desk("audit", "show", "1", "--json").lines[-1]["refused"]["params"]["time"]
    clock = datetime.fromisoformat(here).astimezone().strftime("%H:%M")
    monkeypatch.undo()
    time.tzset()
    assert told.startswith(
        f"handrail: anna was first: “Suspicious person” went to “Make contact” at {clock};"
    )
    assert f"“Verdachte persoon” ging om {clock} naar “Maak contact”" in dutch


def test_in_dutch_the_message_is_dutch_and_the_code_the_same(desk: Desk) -> None:
    said = desk("next", "INC-2026-0009", "--lang", "nl")
    assert said.code == 10
    assert "bedoelde je" in said.err


def test_an_unforeseen_fault_is_one_line_and_a_file_without_what_was_typed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("handrail.engine.engine.Engine.at", broken)
    said = desk("note", "1", "Anna Berg hit her head", "--as", "anna")
    assert said.code == 1
    assert len(said.err.splitlines()) == 1
    assert "ZeroDivisionError" in said.err
    [file] = (desk.home / "state" / "handrail").glob("crash-*")
    assert str(file) in said.err
    assert file.stat().st_mode & 0o077 == 0
    text = file.read_text("utf-8")
    assert "ZeroDivisionError" in text
    assert "command: note --as" in text
    assert "head" not in text.split("Traceback", maxsplit=1)[0]


def test_interrupted_is_130_and_says_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("handrail.engine.engine.Engine.at", interrupted)
    assert desk("next") == (130, "", "")
