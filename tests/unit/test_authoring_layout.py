"""One style: stable, the same document, every comment kept."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from documents_around import FOLDER
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.engine.documents.authoring.layout import formatted
from handrail.engine.documents.check import canonical
from handrail.engine.documents.library import shipped
from handrail.engine.documents.source import SourceError, read_source

if TYPE_CHECKING:
    from collections.abc import Callable


def fmt(text: str) -> str:
    return formatted(read_source(text.encode(), "x.yaml"))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a:   1\nb:\n    c: 2\n", "a: 1\nb:\n  c: 2\n"),
        ("a:\n- 1\n- 2\n", "a:\n  - 1\n  - 2\n"),
        ("a: { b: 1 , c: [ 2,3 ], }\n", "a: {b: 1, c: [2, 3]}\n"),
        ("a: {b: 1,\n  c: {d: 2}}\n", "a:\n  b: 1\n  c: {d: 2}\n"),
        ("a: [1,\n 2]\n", "a:\n  - 1\n  - 2\n"),
        ("- a: 1\n  b: 2\n-   - 3\n    - 4\n", "- a: 1\n  b: 2\n- - 3\n  - 4\n"),
        ("- {a: 1,\n   b: 2}\n", "- a: 1\n  b: 2\n"),
        ("a: {}\nb: [\n]\nc:\n", "a: {}\nb: []\nc:\n"),
        ("\n\n# top\n\n\n\na: 1\n\n\n\nb: 2\n\n\n", "# top\n\na: 1\n\nb: 2\n"),
        ("a:\n\n  b: 1\n", "a:\n  b: 1\n"),
        ("a: 1 # one\nbbbb: 2   # two\n", "a: 1  # one\nbbbb: 2   # two\n"),
        ("a: # head\n    # lead\n    b: 1\n    # foot\n# next\nc: 2\n",
         "a:  # head\n  # lead\n  b: 1\n  # foot\n# next\nc: 2\n"),
        ("a:\n- 1\n# of b\nb: 2\n", "a:\n  - 1\n# of b\nb: 2\n"),
        ("a: { # head\n b: 1, # one\n c: 2 # two\n # foot\n} # end\n",
         "a:  # head\n  b: 1  # one\n  c: 2  # two\n  # foot\n# end\n"),
        ("a: {b: 1, c: 2, # both\n d: 3}\n", "a:\n  b: 1\n  c: 2  # both\n  d: 3\n"),
        ("a: # why\n  text\n", "# why\na: text\n"),
        ("-\n  # why\n  a: 1\n", "# why\n- a: 1\n"),
        ("a: one\n    two\n\n    three\nb: 'x\n  y'\n", "a: one\n  two\n\n  three\nb: 'x\n  y'\n"),
        ('a: "x  \n     y\\\n     z"\n', 'a: "x\n  y\\\n  z"\n'),
        ("a: |   # raw\n     x\n       y\n\n     z\n\n# then\nb: 1\n",
         "a: |   # raw\n  x\n    y\n\n  z\n\n# then\nb: 1\n"),
        ("a: >-\n   x\n   y\nb:\n   - |2+\n       x\n\n   - z\n",
         "a: >-\n  x\n  y\nb:\n  - |2+\n      x\n\n  - z\n"),
        ("%YAML 1.2\n# c\n--- # d\na: 1\n...\n# e\n", "%YAML 1.2\n# c\n---  # d\na: 1\n# e\n"),
        ("# only\n[1, 2] # behind\n", "# only\n[1, 2]  # behind\n"),
        ("a: {b: , c: 1}\n", "a: {b: null, c: 1}\n"),
        ("? a\n: 1\n", "a: 1\n"),
        ("a: 1\r\nb:\r\n- 2\r\n", "a: 1\nb:\n  - 2\n"),
    ],
)  # fmt: skip
def test_examples(text: str, after: str) -> None:
    assert fmt(text) == after
    assert fmt(after) == after


def readable(file: Path) -> bool:
    """Wrong documents are there too, as far as they are YAML."""
    try:
        return bool(read_source(file.read_bytes(), file.name).text)
    except SourceError:
        return False


ALL = [*FOLDER.rglob("*.yaml"), *(Path(__file__).parents[2] / "protocols").rglob("*.yaml")]
DOCUMENTS = sorted(filter(readable, ALL))


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
def test_every_document_of_ours_is_the_same_and_stays(file: Path) -> None:
    source = read_source(file.read_bytes(), file.name)
    text = formatted(source)
    assert canonical(read_source(text.encode(), file.name).data) == canonical(source.data)
    assert fmt(text) == text


@pytest.mark.parametrize("one", shipped("museum"), ids=lambda one: one.path)
def test_what_is_shipped_is_in_our_style(one: Any) -> None:
    assert fmt(one.data.decode()) == one.data.decode()


# -- any document at all ---------------------------------------------------------------

WORDS = [
    "x",
    "yes",
    "on two\tw",
    "é",
    "a#b",
    "-1",
    "1.50",
    "true",
    "null",
    "~",
    "it's",
    "q: r",
    "#",
]


class Scribe:
    """Writes random documents as somebody might who knows no style."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.comments: Counter[str] = Counter()

    def document(self) -> str:
        head = self.noise(0) if self.maybe() else []
        body = self.block(0, 0, self.chance.choice([self.map, self.list]))
        return "\n".join([*head, *body, *self.noise(0)]) + self.chance.choice(["", "\n", "\n\n"])

    def maybe(self, of: int = 3) -> bool:
        return self.chance.randrange(of) == 0

    def comment(self) -> str:
        text = f"#{self.chance.choice(['', ' '])}c{self.chance.randrange(1000)} {{[:- \"'"
        self.comments[text] += 1
        return text

    def noise(self, indent: int) -> list[str]:
        """Blank lines and comments, more or less far in."""
        lines = []
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            deep = max(0, indent + self.chance.choice([-2, 0, 0, 0, 2]))
            lines.append("" if self.maybe(2) else " " * deep + self.comment())
        return lines

    def behind(self) -> str:
        return " " * self.chance.choice([1, 2, 9]) + self.comment() if self.maybe(5) else ""

    def block(self, indent: int, depth: int, form: Callable[[int, int], list[str]]) -> list[str]:
        return form(indent, depth)

    def map(self, indent: int, depth: int) -> list[str]:
        lines: list[str] = []
        for number in range(self.chance.randint(1, 4)):
            if number:
                lines += self.noise(indent)
            lines += self.member(f"k{number}:", indent, depth, in_list=False)
        return lines

    def list(self, indent: int, depth: int) -> list[str]:
        lines: list[str] = []
        for number in range(self.chance.randint(1, 3)):
            if number:
                lines += self.noise(indent)
            lines += self.member("-", indent, depth, in_list=True)
        return lines

    def member(self, mark: str, indent: int, depth: int, *, in_list: bool) -> list[str]:
        begin = " " * indent + mark
        if depth > 3 or self.maybe(2):
            return self.leaf(begin, indent)
        if self.maybe():
            return [
                f"{begin} {line}" if not i else line for i, line in enumerate(self.flow(indent))
            ]
        deeper = indent + self.chance.choice([1, 2, 4])
        form = self.chance.choice([self.map, self.list])
        if form == self.list and not in_list and self.maybe():
            deeper = indent
        inner = form(deeper, depth + 1)
        if in_list and self.maybe(2):
            first = " " * indent + "-" + " " * (deeper - indent - 1) + inner[0].lstrip()
            return [first, *inner[1:]] if deeper > indent + 1 else [begin, *inner]
        return [begin + self.behind(), *self.noise(deeper), *inner]

    def leaf(self, begin: str, indent: int) -> list[str]:  # noqa: PLR0911 - one for each kind
        kind = self.chance.randrange(7)
        deep = " " * (indent + self.chance.choice([1, 2, 5]))
        word = self.chance.choice(WORDS[:10])
        if kind == 0:
            head = self.chance.choice(["|", ">", "|-", ">+", "|+"])
            text = [f"{deep}a # no comment", "", f"{deep}  b", f"{deep}c"]
            return [f"{begin} {head}{self.behind()}", *text, *([""] if self.maybe() else [])]
        if kind == 1:
            return [f"{begin} some", f"{deep}  words", "", f"{deep}more{self.behind()}"]
        if kind == 2:
            quote = self.chance.choice("\"'")
            return [
                f"{begin} {quote}some # no  ",
                f"{deep}  comment",
                "",
                f"{deep}x{quote}{self.behind()}",
            ]
        if kind == 3:
            return [begin + self.behind()]
        if kind == 4:
            return [f"{begin}{self.behind()}", f"{deep}{word}{self.behind()}"]
        if kind == 5:
            return [f"{begin} '{self.chance.choice(WORDS).replace(chr(39), '')}'{self.behind()}"]
        return [f"{begin} {word}{self.behind()}"]

    def flow(self, indent: int) -> list[str]:
        """A flow collection on one line, or broken at any comma."""
        keyed, wide = self.maybe(2), self.maybe(2)
        items = []
        for number in range(self.chance.randint(0, 4)):
            value = self.chance.choice(["x", "'y, z'", "{p: q}", "[1, [2]]", '"#"'])
            items.append(f"k{number}: {value}" if keyed else value)
        opening, closing = "{}" if keyed else "[]"
        if not wide:
            pad = self.chance.choice(["", " "])
            return [f"{opening}{pad}{' ,'.join(items)}{pad}{closing}{self.behind()}"]
        deep = " " * (indent + 1 + self.chance.randrange(4))
        lines = [opening + self.behind()]
        for number, item in enumerate(items):
            comma = "," if number + 1 < len(items) or self.maybe() else ""
            lines += [f"{deep}{item}{comma}{self.behind()}", *self.noise(indent + 2)]
        return [*lines, f"{deep}{closing}{self.behind()}"]


@given(st.integers(0, 2**48))
@settings(max_examples=300, deadline=None)
def test_any_document_is_the_same_and_stays(seed: int) -> None:
    scribe = Scribe(Random(seed))  # noqa: S311 - nothing is secret here
    text = scribe.document()
    source = read_source(text.encode(), "x.yaml")
    after = formatted(source)  # it holds data and comments to be the same, or raises
    assert fmt(after) == after
    for comment, count in scribe.comments.items():
        assert after.count(comment) >= count
