"""Fills a page's template; everything that is filled in is escaped.

A page may load nothing and run nothing: its Content-Security-Policy says so too,
should anything ever slip through.
"""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["render"]


def render(template: str, lang: str, words: Mapping[str, str], **values: Any) -> str:
    """Write a page.

    :param words: the page's own messages by short names, in English; templates say
        ``{{ words.timeline }}``.
    :param values: what the template fills in.
    """
    environment = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": _day, "clock": _clock, "moment": _moment, "drawn": _drawn}
    said = {name: say(lang, text) for name, text in words.items()}
    page = environment.get_template(f"{template}.html.j2")
    return page.render(lang=lang, words=said, css=_css(), **values)


def _text(name: str) -> str:
    return files("handrail.engine.audit.html").joinpath(name).read_text(encoding="utf-8")


def _css() -> Markup:
    return Markup(_text("page.css"))  # noqa: S704 - our own file


def _drawn(svg: str) -> Markup:
    """Let a drawing pass that ``documents.drawing`` made: it has escaped what it holds."""
    return Markup(svg)  # noqa: S704 - see above


def _local(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).astimezone()


def _day(stamp: str) -> str:
    return f"{_local(stamp):%Y-%m-%d}"


def _clock(stamp: str, day: str = "") -> Markup:
    """The time of day; with the date where it is not the one that it stands under."""
    at = _local(stamp)
    form = "%H:%M:%S" if f"{at:%Y-%m-%d}" == day else "%Y-%m-%d %H:%M:%S"
    return _time(stamp, f"{at:{form}}")


def _moment(stamp: str | None) -> Markup:
    return Markup("–") if stamp is None else _time(stamp, f"{_local(stamp):%Y-%m-%d %H:%M}")  # noqa: RUF001 - a dash


def _time(stamp: str, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(stamp, text)
