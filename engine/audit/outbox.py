"""Messages that wait to be sent, held against the records that queued them.

Each ``notified`` waits until a record says that it was sent, or withdrawn. What it says
is in clear, in the language of the one who acted, which no record tells: it must be what
the record's text comes to, with what was known then, in some language. The few words that
the program itself puts in (yes, no, not yet known) may be those of another version of it:
only what records and documents say is held to the letter.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from handrail.engine.errors import StoreError
from handrail.engine.messages import say_message
from handrail.engine.sealing import Unsealed
from handrail.engine.store.rows import OutboxRow
from handrail.engine.text import say, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from handrail.engine.audit.findings import Report
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site
    from handrail.engine.projection import Loaded
    from handrail.engine.store.base import Reader
    from handrail.engine.text import Text

__all__ = ["MESSAGES", "Outbox"]

_TABLE: Final = "outbox"
_QUEUED: Final = "notified"
MESSAGES: Final = frozenset({_QUEUED, "notification-sent", "notification-failed"})


class Outbox:
    """Takes one case after the other; holds the messages that wait."""

    def __init__(
        self, reader: Reader, definition: Callable[[str], Definition], report: Report
    ) -> None:
        self._reader = reader
        self._definition = definition
        self._report = report
        self._due: dict[int, OutboxRow | None] = {}  # by the record's index in its case
        self._found: dict[str, dict[int, list[OutboxRow]]] = defaultdict(lambda: defaultdict(list))
        self._lang = "en"  # in which the last one was found: mostly the next one's too
        self._readable = True
        try:
            for row in reader.outbox():
                self._found[row.case][row.cseq].append(row)
        except StoreError:
            self._readable = False
            report.add("projection-unreadable", None, None, table=_TABLE)

    def take(self, record: Mapping[str, Any], loaded: Loaded, site: Site | None) -> None:
        """Take a record of ``MESSAGES``.

        :param loaded: the case, folded up to it.
        :param site: the plan in force then; ``None``: it is not known.
        """
        if record["type"] == _QUEUED:
            self._due[record["cseq"]] = self._expected(record, loaded, site)
        else:
            self._due.pop(record["of"], None)

    def _expected(
        self, record: Mapping[str, Any], loaded: Loaded, site: Site | None
    ) -> OutboxRow | None:
        case, cseq = loaded.case.id, record["cseq"]
        found = self._found.get(case, {}).get(cseq)
        if site is None or not found:
            return None  # nothing to compare it with
        text = self._said(found[0].text, record, loaded, site)
        return OutboxRow(case, cseq, record["run"], tuple(record["to"]), text)

    def _said(self, found: object, record: Mapping[str, Any], loaded: Loaded, site: Site) -> str:
        """What the message comes to, in the language in which it was found if that is one."""
        run = loaded.case.runs[record["run"]]
        definition = self._definition(run.sha256)
        unsealed = Unsealed(self._reader, {loaded.case.id: run.facts})
        said = partial(
            say_message, record["text"], loaded.case, run.id, definition,
            unsealed=unsealed, site=site,
        )  # fmt: skip
        languages = _languages(record["text"], definition, site)
        for lang in sorted(languages, key=lambda lang: lang != self._lang):
            text = said(lang=lang)
            if text == found:
                self._lang = lang
                return text
        if isinstance(found, str) and any(
            _comes_to(said(lang=lang, own=_slot), found) for lang in languages
        ):
            return found
        return text

    def end(self, case: str, *, folded: bool) -> None:
        """Compare what waits of a case; where it could not be folded, nothing is known."""
        found = self._found.pop(case, {})
        if folded and self._readable:
            for cseq in sorted({*found, *self._due}):
                self._compare(case, cseq, found.get(cseq, []))
        self._due.clear()

    def _compare(self, case: str, cseq: int, found: list[OutboxRow]) -> None:
        if cseq not in self._due:
            self._report.add("projection-extra", None, case, table=_TABLE)
            return
        if not found:
            self._report.add("projection-missing", None, case, table=_TABLE)
            return
        if len(found) > 1:
            self._report.add("projection-extra", None, case, table=_TABLE)
        due = self._due[cseq]
        if due is None:
            return
        for row in found:  # how often sending failed is no matter of the log
            self._report.compare(case, _TABLE, row, due._replace(tries=row.tries))

    def finish(self) -> None:
        """Tell of messages that no case has."""
        for case in sorted(self._found):
            self._report.add("projection-extra", None, case, table=_TABLE)


_MARK: Final = "\x00own\x00"  # around what the program says itself
_WORD: Final = r"[^\W\d_]{1,20}"
_GAP: Final = r"\[[^\[\]\n]{{0,40}}{name}[^\[\]\n]{{0,40}}\]"


def _slot(_: str, template: str, /, **params: object) -> str:
    """Keep the place of words that the program puts in."""
    return f"{_MARK}{params.get('name', template)}{_MARK}"


def _comes_to(slotted: str, found: str) -> bool:
    """Whether a text is this one, with words of the program's own in the slots."""
    parts = slotted.split(_MARK)
    pattern = (_own(part) if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.fullmatch("".join(pattern), found) is not None


def _own(slot: str) -> str:
    """A yes may be any one word but a no, and the reverse; else what is missing is named."""
    other = {"yes": "no", "no": "yes"}.get(slot)
    if other is None:
        return _GAP.format(name=re.escape(slot))
    wrong = "|".join(re.escape(say(lang, other)) for lang in spoken())
    return rf"(?!(?:{wrong})\b){_WORD}"


def _languages(text: Text, definition: Definition, site: Site) -> set[str]:
    """Every language that a part of the message is there in; any other comes to one of these."""
    texts = [text, site.title]
    texts += [title for titles in site.registers.values() for title in titles.values()]
    texts += [choice for fact in definition.facts.values() for choice in fact.of.values()]
    return {*spoken()} | {tag for each in texts if not isinstance(each, str) for tag in each}
