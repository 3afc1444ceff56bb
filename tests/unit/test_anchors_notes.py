"""Checkpoints on one line: what goes into a system log and is read back from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.anchors.notes import notes_in, one_line
from handrail.engine.ledger.checkpoint import Checkpoint, LogKey
from handrail.engine.ledger.note import is_name

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = st.text(min_size=1, max_size=40).filter(is_name).filter(str.isprintable)
ROOTS = st.binary(min_size=32, max_size=32)


def note(name: str, size: int, root: bytes) -> str:
    return LogKey.generate(name).sign(Checkpoint(origin=name, size=size, root=root))


@given(NAMES, st.integers(0, 10**17), ROOTS)
def test_what_was_put_on_one_line_comes_back(name: str, size: int, root: bytes) -> None:
    signed = note(name, size, root)
    line = one_line(signed)
    assert line.isascii()
    assert line.isprintable()
    assert list(notes_in(f"Nov 22 host handrail: {line}\nNov 22 host cron: x\n")) == [signed]


def test_both_signatures_of_a_rotation_come_back() -> None:
    old, new = LogKey.generate("a.example/log"), LogKey.generate("a.example/log")
    signed = new.cosign(old.sign(Checkpoint(origin="a.example/log", size=7, root=bytes(32))))
    assert list(notes_in(one_line(signed))) == [signed]


def test_a_system_log_with_many_lines_and_a_note_among_them() -> None:
    notes = [note("a.example/log", size, bytes([size] * 32)) for size in range(3)]
    lines = [f"<109>Nov 22 02:0{size} h handrail: {one_line(notes[size])}" for size in (1, 2)]
    found = list(notes_in("\n".join([*lines, "", notes[0]])))
    assert sorted(found) == sorted(notes)


def test_a_line_that_was_cut_short_is_passed_over() -> None:
    cut: Callable[[str], list[str]] = lambda line: list(notes_in(line))  # noqa: E731 - two words
    line = one_line(note("a.example/log", 7, bytes(32)))
    assert [cut(line[:end]) for end in range(len(line) - 60)] == [[]] * (len(line) - 60)
