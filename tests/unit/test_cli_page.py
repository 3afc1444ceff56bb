"""Pages as text: wrapped, coloured, and safe to show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handrail.cli.page import Line, Table, clean, lay_out, line, span


def test_a_pipe_gets_one_line_each_without_colour() -> None:
    words = "word " * 60
    assert lay_out([line(span(words, "alarm"))]) == words.rstrip() + "\n"


def test_a_terminal_gets_lines_that_fit_and_hang_under_the_first() -> None:
    text = lay_out([line("one two three four five", indent=2, hang=3)], width=14)
    assert text == "  one two\n     three\n     four five\n"


def test_a_word_longer_than_the_line_stands_alone() -> None:
    assert lay_out([line("a incomprehensibilities b", hang=0)], width=8) == (
        "a\nincomprehensibilities\nb\n"
    )


def test_line_feeds_in_a_text_are_kept() -> None:
    assert lay_out([line("first\nsecond", indent=1, hang=2)]) == " first\n   second\n"


def test_one_colour_is_switched_on_once() -> None:
    text = lay_out([line(span("stop now", "alarm"))], colour=True)
    assert text == "\x1b[1;31mstop now\x1b[0m\n"


def test_wide_characters_count_twice() -> None:
    assert lay_out([line("安全 安全", hang=0)], width=7) == "安全\n安全\n"


def test_a_table_is_as_wide_as_its_cells() -> None:
    rows = ((span("INC-1"), span("open"), span("a man")), (span("INC-22"), span("x"), span("y")))
    text = lay_out([Table(head=("id", "status", "title"), rows=rows)])
    assert text.splitlines() == [
        "id      status  title",
        "INC-1   open    a man",
        "INC-22  x       y",
    ]


def test_an_empty_line_stays() -> None:
    assert lay_out([line("a"), Line(), line("b")]) == "a\n\nb\n"


@given(st.text())
def test_no_text_can_command_a_terminal(text: str) -> None:
    shown = lay_out([line(span(text), span(text, "title"))], width=20)
    assert not set(shown) & {"\x1b", "\r", "\x07", "\x9b", "\u202e", "\x00"}


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "Zs"])))
def test_wrapping_loses_no_word(text: str) -> None:
    assert lay_out([line(text)], width=12).split() == text.split()


def test_a_control_character_is_shown() -> None:
    assert clean("a\x1b[2Jb") == "a\\x1b[2Jb"


def test_the_last_column_stays_under_its_head_where_that_takes_two_lines() -> None:
    rows = ((span("x" * 56), span("Agreement with management")),)
    text = lay_out([Table(head=("id", "title"), rows=rows)], width=80)
    assert text.splitlines()[1:] == ["x" * 56 + "  Agreement with", " " * 58 + "management"]
    rows = ((span("x" * 56), span("a long title " * 8)),)
    text = lay_out([Table(head=("id", "title"), rows=rows)], width=80)
    assert text.splitlines()[2].startswith("    title")
