"""Every message that the program can say is in every catalogue, whole and compiled."""

from __future__ import annotations

import gettext
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def catalogues() -> ModuleType:
    """The tool that CI uses too."""
    path = ROOT / ".ci" / "catalogues.py"
    spec = importlib.util.spec_from_file_location("catalogues", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["catalogues"] = module
    spec.loader.exec_module(module)
    return module


def test_dutch_is_complete(catalogues: ModuleType) -> None:
    assert list(catalogues.problems("nl")) == []


def test_messages_are_found_wherever_they_are_said(catalogues: ModuleType) -> None:
    found = catalogues.messages()
    for text in (
        "there is no {kind} “{name}”",  # an error's own
        "{fact}: expected a number, not “{value}”",  # an error that is raised
        "still to be done: {tasks}",  # a reason
        "the file is empty",  # a finding
        "took the step",  # a constant
        "Take a step.",  # the help's list
        "Say what would happen; record nothing.",  # an option
        "This incident is closed.",  # a screen
        "no way to {outcome} was found",  # a name that a text has in its function
        "nobody in the site plan has the account “{account}”; an administrator can add it",
    ):
        assert text in found, text


def test_the_compiled_catalogue_is_what_gettext_reads() -> None:
    with (ROOT / "engine/locales/nl/LC_MESSAGES/handrail.mo").open("rb") as file:
        dutch = gettext.GNUTranslations(file)
    assert dutch.gettext("Take a step.") == "Zet een stap."
