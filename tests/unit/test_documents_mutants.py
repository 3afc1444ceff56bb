"""Random changes to every shipped document: each mutant checks, or a finding names the place.

HANDRAIL_MUTANTS says how many (300 on each run, 20,000 before a release).
"""

from __future__ import annotations

import os
import random
import re
import time
from typing import TYPE_CHECKING

import pytest

from handrail.engine.documents.check import Checked, check_all, check_bytes
from handrail.engine.documents.codes import CODES
from handrail.engine.documents.library import Shipped, shipped
from handrail.engine.documents.render import concise, full

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = int(os.environ.get("HANDRAIL_MUTANTS", "300"))
BATCHES = 10
LIBRARY = shipped("north-museum")
WORD = re.compile(r"[A-Za-z0-9-]+")
HOSTILE = ["1.10", "NO", "on", "null", "[]", "{}", "&a", "*a", "!x y", '"', "'", "\t", ": ", "- "]
HOSTILE += ["#", "{", "}", "[", "]", "|", ">", "%", "@", "\x1b", "\u202e", "é", "9" * 50, "<<", "?"]

Lines = list[str]


def drop_line(lines: Lines, dice: random.Random) -> None:
    del lines[dice.randrange(len(lines))]


def double_line(lines: Lines, dice: random.Random) -> None:
    at = dice.randrange(len(lines))
    lines.insert(at, lines[at])


def swap_lines(lines: Lines, dice: random.Random) -> None:
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def indent(lines: Lines, dice: random.Random) -> None:
    at = dice.randrange(len(lines))
    lines[at] = " " * dice.randrange(1, 5) + lines[at] if dice.random() < 0.5 else lines[at][2:]


def misspell(lines: Lines, dice: random.Random) -> None:
    at = dice.randrange(len(lines))
    words = list(WORD.finditer(lines[at]))
    if not words:
        return
    word = dice.choice(words)
    cut = dice.randrange(word.start(), word.end())
    lines[at] = lines[at][:cut] + dice.choice(["", "x", "-", "A"]) + lines[at][cut + 1 :]


def exchange_words(lines: Lines, dice: random.Random) -> None:
    every = [word for line in lines for word in WORD.findall(line)]
    at = dice.randrange(len(lines))
    words = list(WORD.finditer(lines[at]))
    if words:
        word = dice.choice(words)
        lines[at] = lines[at][: word.start()] + dice.choice(every) + lines[at][word.end() :]


def retype(lines: Lines, dice: random.Random) -> None:
    at = dice.randrange(len(lines))
    key, colon, _ = lines[at].partition(": ")
    lines[at] = f"{key}{colon or ': '}{dice.choice(HOSTILE)}"


def insert(lines: Lines, dice: random.Random) -> None:
    at = dice.randrange(len(lines))
    cut = dice.randrange(len(lines[at]) + 1)
    lines[at] = lines[at][:cut] + dice.choice(HOSTILE) + lines[at][cut:]


CHANGES: list[Callable[[Lines, random.Random], None]] = [
    drop_line,
    double_line,
    swap_lines,
    indent,
    misspell,
    misspell,
    exchange_words,
    exchange_words,
    retype,
    insert,
]


def mutant(document: Shipped, dice: random.Random) -> bytes:
    lines = document.data.decode().splitlines()
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        if lines:
            dice.choice(CHANGES)(lines, dice)
    data = "\n".join(lines).encode()
    if dice.random() < 0.05 and data:  # a byte, whatever it does to the encoding
        at = dice.randrange(len(data))
        data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
    return data


def look(checked: Checked, data: bytes) -> None:
    lines = re.split(rb"\r\n|\r|\n", data)
    for finding in checked.findings:
        assert finding.code in CODES
        assert finding.file == "mutant.yaml"
        assert 1 <= finding.line <= len(lines)
        assert finding.column >= 1
        assert str(finding.message)
        assert finding.mend is not None or finding.near, finding  # it says what to do
    assert checked.findings or checked.data is not None
    assert full(checked.findings, "nl").count("-->") >= len(checked.findings)
    assert concise(checked.findings).count("\n") == max(0, len(checked.findings) - 1)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_mutant_checks_or_is_told_with_its_place(batch: int) -> None:
    others = {
        one.data["id"]: one.data
        for one in check_all((one.path, one.data) for one in LIBRARY)
        if one.data and "id" in one.data
    }
    for number in range(batch, MANY, BATCHES):
        dice = random.Random(number)  # noqa: S311 - repeatable, not secret
        data = mutant(dice.choice(LIBRARY), dice)
        begun = time.process_time()
        checked = check_bytes(data, "mutant.yaml", site=others["north-museum"], others=others)
        assert time.process_time() - begun < 2, number
        look(checked, data)
