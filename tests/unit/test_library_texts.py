"""The shipped documents are written for the guard who reads them at three in the morning."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from handrail.engine.documents.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARY = Path(str(files("handrail.protocols")))
SHIPPED = sorted(LIBRARY.rglob("*.yaml"))
MACHINES = sorted(LIBRARY.glob("*.yaml"))
LANGUAGES = {"en", "nl"}
MOST_WORDS = 18  # of a guide: what one takes in at a glance
WORDY = ("title", "guide", "do", "ask", "text", "purpose")


def name(path: Path) -> str:
    return str(path.relative_to(LIBRARY))


def read(path: Path) -> dict[str, Any]:
    data = read_source(path.read_bytes(), name(path)).data
    assert isinstance(data, dict)
    return data


def texts(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every text for people in a document, with where it stands."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from texts(item, (*path, str(index)))
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        here = (*path, key)
        is_list_of_facts = key == "ask" and isinstance(value, list)
        is_word = (key in WORDY and path[-1:] != ("facts",)) or path[-1:] == ("of",)
        if is_word and not is_list_of_facts and (isinstance(value, str) or "en" in value):
            yield here, value
        else:
            yield from texts(value, here)


def states(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, state in data["states"].items():
        yield key, state
        for track in state.get("tracks", {}).values():
            yield from states(track)
        if "states" in state:
            yield from states(state)


@pytest.mark.parametrize("path", SHIPPED, ids=name)
def test_the_first_line_leads_an_editor_to_the_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    mark, _, schema = first.partition("$schema=")
    assert mark == "# yaml-language-server: "
    # The rooms lie beside each other in the repository and in the package alike.
    assert path.parent.joinpath(schema).resolve().name == f"{read(path)['kind']}.schema.json"
    assert (Path(str(files("handrail.schemas"))) / Path(schema).name).is_file()


@pytest.mark.parametrize("path", SHIPPED, ids=name)
def test_every_text_exists_in_english_and_dutch(path: Path) -> None:
    lacking = [
        (".".join(where), text)
        for where, text in texts(read(path))
        if not isinstance(text, dict) or not set(text) >= LANGUAGES
    ]
    assert lacking == []


@pytest.mark.parametrize("path", MACHINES, ids=name)
def test_every_state_says_what_to_do_and_every_step_what_it_is(path: Path) -> None:
    data = read(path)
    # The guide of a compound state is read in all that lies inside it.
    guided = {
        inner
        for _, state in states(data)
        if "guide" in state and "states" in state
        for inner, _ in states(state)
    }
    for key, state in states(data):
        assert "title" in state, key
        assert "guide" in state or key in guided or not state.keys() & {"steps", "tasks"}, key
        assert all("title" in step for step in state.get("steps", {}).values()), key


@pytest.mark.parametrize("path", MACHINES, ids=name)
def test_a_guide_is_taken_in_at_a_glance(path: Path) -> None:
    long = [
        (".".join(where), words)
        for where, text in texts(read(path))
        if where[-1] in {"guide", "do"}
        for words in text.values()
        if len(words.split()) > MOST_WORDS
    ]
    assert long == []


@pytest.mark.parametrize("path", MACHINES, ids=name)
def test_every_fact_that_is_asked_has_its_question(path: Path) -> None:
    data = read(path)
    asked = {
        fact
        for _, state in states(data)
        for step in state.get("steps", {}).values()
        for fact in step.get("ask", ())
    }
    assert [fact for fact in sorted(asked) if "ask" not in data["facts"][fact]] == []


def test_both_museums_answer_the_same_basic_questions() -> None:
    """A protocol of the library can be agreed in either."""
    one, other = (
        read(LIBRARY / "packs" / pack / "site.yaml") for pack in ("museum", "north-museum")
    )
    for register in ("roles", "assets", "adversaries", "methods", "zones", "planning-cycle"):
        assert one[register] == other[register]


def test_every_role_of_the_north_museum_is_somebodys() -> None:
    site = read(LIBRARY / "packs" / "north-museum" / "site.yaml")
    held = {role for person in site["people"].values() for role in person["roles"]}
    assert held == set(site["roles"])
