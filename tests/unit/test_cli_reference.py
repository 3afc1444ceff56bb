"""docs/cli.md is what the app itself says, and no command is left out of anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from handrail.cli.group import LazyGroup
from handrail.cli.main import app
from handrail.cli.reference import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "cli.md"


def commands(group: Any = None, parent: Any = None) -> Iterator[Any]:
    """Every command of the program, built, with its context."""
    group = group or typer.main.get_command(app)
    context = group.make_context(group.name, [], parent, resilient_parsing=True)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, LazyGroup):
            yield from commands(command, context)
        else:
            yield command, command.make_context(name, [], context, resilient_parsing=True)


ALL = {context.command_path.split(" ", 1)[1]: command for command, context in commands()}


def test_the_reference_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == reference(), (
        "run: python -m handrail.cli.reference > docs/cli.md"
    )


def test_the_commands_are_those_of_the_first_slice() -> None:
    slice_ = {
        "init", "demo", "doctor", "open", "next", "step", "confirm", "task", "fact", "note",
        "attach", "start", "walk", "deviate", "show", "list", "register", "agree", "watch",
        "protocol list", "protocol show", "protocol check", "protocol test",
        "audit log", "audit show", "audit verify", "audit checkpoint",
    }  # fmt: skip
    assert slice_ <= set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_each_command_is_documented(name: str) -> None:
    assert f"### `handrail {name}`" in PAGE.read_text("utf-8")
    assert ALL[name].help


@pytest.mark.parametrize("name", ALL)
def test_each_argument_and_option_says_what_it_is(name: str) -> None:
    assert [one.name for one in ALL[name].params if not one.help] == []


@pytest.mark.parametrize("name", ALL)
def test_each_command_takes_the_options_of_the_whole_program(name: str) -> None:
    options = {option for one in ALL[name].params for option in one.opts}
    wanted = {"--workspace", "--store", "--as", "--lang", "--json", "--no-input", "--yes"}
    assert wanted <= options


def test_the_schema_of_the_output_names_its_commands() -> None:
    schema = json.loads((ROOT / "schemas" / "output.schema.json").read_text("utf-8"))
    titles = " ".join(part.get("title", "") for part in schema["$defs"].values())
    silent = {"walk"}  # a dialogue
    assert [name for name in ALL if name not in titles and name not in silent] == []
