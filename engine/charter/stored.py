"""A checked document as the store holds it; and whether it holds it already."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.plans import seal_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handrail.engine.documents.check import Checked
    from handrail.engine.store.base import DocumentRow, Reader

__all__ = ["Stored", "registered_as", "stored"]


class Stored(NamedTuple):
    """A document as it is to be stored."""

    data: bytes  # canonical JSON
    sha256: str  # hex, over data
    source: bytes  # as it was written; empty for a site plan, which names people all over
    disclosures: Mapping[str, str]  # of what is personal in it, by digest


def stored(reader: Reader, one: Checked) -> Stored:
    """How a document that checks is stored."""
    assert one.data is not None  # noqa: S101 - it checks
    assert one.source is not None  # noqa: S101 - the same
    if one.data["kind"] != "site":
        return Stored(one.canonical, one.sha256, one.source.text.encode(), {})
    sealed = seal_plan(reader, one.data)
    return Stored(sealed.data, sealed.sha256, b"", sealed.disclosures)


def registered_as(reader: Reader, one: Checked) -> DocumentRow | None:
    """The registered revision that is just this document, if there is one."""
    assert one.data is not None  # noqa: S101 - it checks
    same = {one.sha256, stored(reader, one).sha256}  # plans were in clear once
    return next((row for row in reader.documents(one.data["id"]) if row.sha256 in same), None)
