"""The page of a code: what it means, why it is one, and an example wrong and right.

The pages are Markdown, shipped with the program; tests hold each example to what it
says. An example may leave out what does not matter in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

from handrail.engine.documents.codes import CODES
from handrail.engine.errors import NotFoundError

__all__ = ["Example", "Page", "explain"]

_FENCE = re.compile(r"```(\w+)( whole)?\n(.*?)\n?```\n", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A document, or a part of one."""

    text: str
    shell: bool = False  # a command that writes it, for what cannot be shown
    whole: bool = False  # nothing is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What there is to know about a code. Without examples where no document leads to it."""

    code: str
    title: str
    what: str
    why: str
    wrong: tuple[Example, ...]
    right: tuple[Example, ...]
    markdown: str


def explain(code: str) -> Page:
    """Return the page of a code such as ``HR210``; ``hr210`` and ``210`` will do.

    :raises NotFoundError: there is no such code.
    """
    name = code.upper()
    name = name if name.startswith("HR") else f"HR{name}"
    if name not in CODES:
        raise NotFoundError("code", code, CODES)
    text = (files("handrail.engine.documents") / "pages" / f"{name}.md").read_text("utf-8")
    prose, _, examples = text.partition("\n## ")
    wrong, _, right = examples.partition("\n## ")
    _, what, why = prose.strip().split("\n\n")
    return Page(
        code=name,
        title=CODES[name],
        what=_line(what),
        why=_line(why),
        wrong=_examples(wrong),
        right=_examples(right),
        markdown=text,
    )


def _line(paragraph: str) -> str:
    return " ".join(paragraph.split())


def _examples(part: str) -> tuple[Example, ...]:
    return tuple(
        Example(text=text, shell=kind == "sh", whole=bool(whole))
        for kind, whole, text in _FENCE.findall(part)
    )
