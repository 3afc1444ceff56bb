"""Check: read, hold against the schema, build, hold against the rules.

Each stage runs only on what the one before found no error in, so that one mistake
is reported once, where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from handrail.engine.documents.finding import MOST_FINDINGS, Finding, Severity
from handrail.engine.documents.source import Source, SourceError, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

    from handrail.engine.documents.rules.subject import Document
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site

__all__ = ["MACHINES", "Checked", "canonical", "check", "check_all", "check_bytes", "plain"]

MACHINES = frozenset({"protocol", "lifecycle", "agreement"})

Data = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check came to."""

    name: str  # the file
    findings: tuple[Finding, ...]  # in the order of the text
    source: Source | None = None  # None: it could not be read
    data: Data | None = None  # plain JSON data, as it is stored; None: the schema found errors
    canonical: bytes = b""  # its canonical JSON
    sha256: str = ""  # of that, in hex
    definition: Definition | None = None  # of a machine that has no errors

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings and notes may be there."""
        return not _failed(self.findings)


def check_bytes(
    data: bytes,
    name: str,
    *,
    site: Mapping[str, Any] | None = None,
    others: Mapping[str, Mapping[str, Any]] | None = None,
) -> Checked:
    """Check one document as it lies in a file; never raises for what is in it."""
    try:
        source = read_source(data, name)
    except SourceError as error:
        return Checked(name=name, findings=tuple(error.findings))
    return check(source, site=site, others=others)


def check(
    source: Source,
    *,
    site: Mapping[str, Any] | None = None,
    others: Mapping[str, Mapping[str, Any]] | None = None,
) -> Checked:
    """Check a document that was read.

    :param site: the data of the site plan; without it, what refers to it is not checked.
    :param others: the data of the documents that it may refer to, by id; the same.
    """
    shaped = _shape(source)
    return shaped if shaped.data is None else _judge(shaped, _site(site), others)


def check_all(
    documents: Iterable[tuple[str, bytes]],
    *,
    site: Mapping[str, Any] | None = None,
    others: Mapping[str, Mapping[str, Any]] | None = None,
    only: Container[str] | None = None,
) -> list[Checked]:
    """Check documents that may refer to each other (name, bytes), and to ``others``.

    A site plan among them is taken for the site where ``site`` is not given.

    :param only: the names of those that are held against the rules; the others are
        there to be referred to. ``None``: all.
    """
    shaped = _apart([_shape_bytes(data, name) for name, data in documents])
    known = dict(others or {})
    known |= {one.data["id"]: one.data for one in shaped if one.data and "id" in one.data}
    plans = [one.data for one in shaped if one.data and one.data["kind"] == "site"]
    plan = site if site is not None else plans[0] if len(plans) == 1 else None
    place = _site(plan)
    # Of one document by itself nothing is known that it may refer to.
    around = known if others or len(shaped) > 1 else None
    judged = [_judge(one, place, around) if _is_due(one, only) else one for one in shaped]
    from handrail.engine.documents.together import said_once  # noqa: PLC0415 - the rooms below

    return said_once(judged, place, only)


def _is_due(one: Checked, only: Container[str] | None) -> bool:
    return one.data is not None and (only is None or one.name in only)


def _apart(shaped: list[Checked]) -> list[Checked]:
    """The same, with a finding in each document whose id another has already."""
    first: dict[str, str] = {}
    return [_alone(one, first) for one in shaped]


def _alone(one: Checked, first: dict[str, str]) -> Checked:
    from dataclasses import replace  # noqa: PLC0415 - once a document

    from handrail.engine.documents.finding import msg  # noqa: PLC0415 - only for this finding

    key = None if one.data is None else one.data.get("id")
    if key is None or one.source is None or first.setdefault(key, one.name) == one.name:
        return one
    message = msg("{file} has the id “{id}” already", file=first[key], id=key)
    mend = msg("give one of them another id")
    found = one.source.finding("HR205", message, one.source.mark(("id",)), mend=mend)
    return replace(one, findings=(found,), data=None)


def plain(data: Any) -> Any:
    """The same data with each decimal as its shortest plain string: 1.50 is ``"1.5"``."""
    import json  # noqa: PLC0415 - only checked documents need it

    return json.loads(canonical(data))


def canonical(data: Any) -> bytes:
    """The canonical JSON of a document's data: compact, decimals as strings, UTF-8.

    Unlike a record's (RFC 8785) its members are not sorted: document order is meaning
    in a statechart (W3C SCXML 3.13), so it belongs to what the digest pins.
    """
    import json  # noqa: PLC0415 - only checked documents need it

    made = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_shortest)
    return made.encode()


def _shortest(value: Any) -> str:
    """A decimal as its shortest plain string: 1.50 is 1.5."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _site(data: Mapping[str, Any] | None) -> Site | None:
    from handrail.engine.machine.site import build_site  # noqa: PLC0415 - not without a site

    return None if data is None else build_site(data)


def _shape_bytes(data: bytes, name: str) -> Checked:
    try:
        return _shape(read_source(data, name))
    except SourceError as error:
        return Checked(name=name, findings=tuple(error.findings))


def _shape(source: Source) -> Checked:
    """Read and held against the schema; ``data`` is there when that found nothing."""
    import json  # noqa: PLC0415 - only checked documents need it
    from hashlib import sha256  # noqa: PLC0415 - the same

    from handrail.engine.documents.schema import schema_findings  # noqa: PLC0415 - 80 ms

    findings = tuple(schema_findings(source))
    if findings:
        return Checked(name=source.name, findings=findings, source=source)
    stored = canonical(source.data)
    data = json.loads(stored)
    digest = sha256(stored).hexdigest()
    return Checked(
        name=source.name, findings=(), source=source, data=data, canonical=stored, sha256=digest
    )


def _judge(
    shaped: Checked, site: Site | None, others: Mapping[str, Mapping[str, Any]] | None
) -> Checked:
    """Held against the rules, stage after stage."""
    from dataclasses import replace  # noqa: PLC0415 - once a document

    from handrail.engine.documents.rules.subject import Document  # noqa: PLC0415 - as above

    source, data = shaped.source, shaped.data
    assert source is not None  # noqa: S101 - shaped documents have both
    assert data is not None  # noqa: S101 - the same
    document = Document(source=source, data=data, site=site, others=others)
    if data["kind"] not in MACHINES:
        return replace(shaped, findings=_run(_rules(data["kind"]), document))
    return _judge_machine(shaped, document)


def _judge_machine(shaped: Checked, document: Document) -> Checked:
    from dataclasses import replace  # noqa: PLC0415 - once a document

    from handrail.engine.documents.rules import ids  # noqa: PLC0415 - the rooms below
    from handrail.engine.machine.build import build  # noqa: PLC0415 - the same

    findings = _run([ids.rules], document)
    if _failed(findings):
        return replace(shaped, findings=findings)
    definition = build(document.data, shaped.sha256)
    findings = _prove(document, definition)
    kept = None if _failed(findings) else definition
    return replace(shaped, findings=findings, definition=kept)


def _prove(document: Document, definition: Definition) -> tuple[Finding, ...]:
    from handrail.engine.documents.rules import (  # noqa: PLC0415 - only when a machine is checked
        agreement,
        asked,
        complete,
        effort,
        guards,
        languages,
        loops,
        names,
        reach,
        roles,
        staffing,
        structure,
        values,
    )
    from handrail.engine.documents.rules.subject import Subject  # noqa: PLC0415 - the same

    subject = Subject(
        source=document.source,
        data=document.data,
        site=document.site,
        others=document.others,
        definition=definition,
    )
    families = [structure.rules, names.rules, guards.rules, values.rules, agreement.rules]
    resolved = _run(families, subject)
    located = _run([roles.rules], subject)
    if _failed(resolved):
        return _sorted((*resolved, *located))
    proofs = [
        reach.rules,
        complete.rules,
        asked.rules,
        loops.rules,
        staffing.rules,
        languages.rules,
        effort.rules,
    ]
    return _sorted((*resolved, *located, *_run(proofs, subject)))


def _rules(kind: str) -> list[Callable[[Document], Iterator[Finding]]]:
    from handrail.engine.documents.rules import scenario, site  # noqa: PLC0415 - as above

    families: dict[str, list[Callable[[Document], Iterator[Finding]]]] = {
        "site": [site.rules],
        "scenario": [scenario.rules],
    }
    return families.get(kind, [])


def _run(
    families: Iterable[Callable[[Any], Iterator[Finding]]], on: Document
) -> tuple[Finding, ...]:
    found = (finding for family in families for finding in family(on))
    return _sorted(islice(found, MOST_FINDINGS))


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.place))


def _failed(findings: Iterable[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)
