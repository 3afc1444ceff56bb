"""Text for people: documents' texts by language, and the program's own messages.

A document's text is a string or a map of BCP 47 tags to strings. The program's
own messages are gettext ids in English; the catalogues are in ``locales/``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Text", "counted", "fill", "pick", "say", "spoken"]

Text = str | Mapping[str, str]

_NAME = r"\{([a-z][a-z0-9.-]*)\}"  # compiled when first used


def pick(text: Text | None, lang: str) -> str:
    """Return the text in the language nearest to ``lang`` (RFC 4647 lookup), else English."""
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    tag = lang
    while tag:
        if tag in text:
            return text[tag]
        tag = tag.rpartition("-")[0]
    return text.get("en") or next(iter(text.values()), "")


def fill(text: str, value: Callable[[str], str | None]) -> str:
    """Put values in place of ``{names}``; nothing else is evaluated.

    A name without a value stays as it stands, so that the gap is seen.
    """
    return re.sub(_NAME, lambda match: value(match[1]) or match[0], text)


def say(lang: str, template: str, /, **params: object) -> str:
    """Return one of the program's own messages in ``lang``, filled with ``params``."""
    message = _catalogue(lang)(template)
    return message.format(**params) if params else message


def counted(lang: str, one: str, many: str, count: int) -> str:
    """Return a message about one or several; each language here has these two forms."""
    return say(lang, one if count == 1 else many, count=count)


@cache
def spoken() -> tuple[str, ...]:
    """The languages that the program itself speaks."""
    folders = (Path(__file__).parent / "locales").iterdir()
    return tuple(sorted({"en", *(folder.name for folder in folders if folder.is_dir())}))


@cache
def _catalogue(lang: str) -> Callable[[str], str]:
    if lang.partition("-")[0] == "en":
        return str
    import gettext  # noqa: PLC0415 - 4 ms that English speakers need not pay

    folder = Path(__file__).parent / "locales"
    tag = lang.replace("-", "_")
    return gettext.translation(
        "handrail", folder, [tag, tag.partition("_")[0]], fallback=True
    ).gettext
