"""Texts exist in the languages that people at the site read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.documents.finding import Severity, msg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from handrail.engine.documents.finding import Finding
    from handrail.engine.documents.rules.subject import Document
    from handrail.engine.machine.definition import Path

__all__ = ["rules"]

_WARNING: Final = Severity.WARNING
_TEXTS: Final = frozenset({"title", "purpose", "guide", "do", "ask", "text", "unit", "help"})


def rules(document: Document) -> Iterator[Finding]:
    """HR350, against the site plan's ``languages`` and the document's own."""
    site = document.site.data.get("languages") if document.site else None
    wanted = list(dict.fromkeys([*(site or ()), *(document.data.get("languages") or ())]))
    if not wanted:
        return
    for path, text in _texts(document.data, ()):
        missing = [tag for tag in wanted if not _has(text, tag)]
        if missing:
            message = msg("this text is missing in {languages}", languages=", ".join(missing))
            mend = msg("add it as “{tag}: …”", tag=missing[0])
            yield document.found_key("HR350", path, message, severity=_WARNING, mend=mend)


def _has(text: Mapping[str, Any], tag: str) -> bool:
    while tag:
        if tag in text:
            return True
        tag = tag.rpartition("-")[0]
    return False


def _texts(data: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every text that is a map of languages; one that is a string is for all of them."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _texts(item, (*path, index))
        return
    if not isinstance(data, dict):
        return
    for key, item in data.items():
        at = (*path, key)
        if isinstance(item, dict) and _is_text(at, item):
            yield at, item
        else:
            yield from _texts(item, at)


def _is_text(path: Path, data: Mapping[str, Any]) -> bool:
    """Whether it is a map of languages: by its key, or as an option of a choice."""
    named = path[-1] in _TEXTS or path[-2:-1] == ("of",)
    return named and all(isinstance(value, str) for value in data.values())
