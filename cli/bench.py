"""What a machine is tried with: its definition, the site plan, and the documents around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from handrail.cli.desk import Desk
from handrail.engine.errors import CheckFoundError, NotFoundError, UsageError
from handrail.engine.machine.site import build_site

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from handrail.cli.session import Session
    from handrail.engine.documents.check import Checked
    from handrail.engine.machine.definition import Definition
    from handrail.engine.machine.site import Site

__all__ = ["Bench", "UnsoundError", "bench", "site_of"]


class UnsoundError(CheckFoundError):
    """Something that is to be played does not check; ``findings`` say where."""

    def __init__(self, failed: Sequence[Checked]) -> None:
        self.findings = [finding for one in failed for finding in one.findings]
        names = ", ".join(one.name for one in failed)
        super().__init__("these must be mended before they can be played: {names}", names=names)


class Bench(NamedTuple):
    """A machine that checks, and what it is tried with."""

    checked: Checked
    definition: Definition
    site: Site
    others: Mapping[str, Mapping[str, Any]]  # by id


def bench(session: Session, asked: str) -> Bench:
    """Find a machine by its id or file, with what is around it.

    :raises NotFoundError: there is no such document.
    :raises UnsoundError: it has errors.
    :raises UsageError: it is no protocol, lifecycle or agreement; or there is no site plan.
    """
    checked, wanted = Desk(session).around([asked], only=True)
    chosen = [one for one in checked if wanted is None or one.name in wanted or _id(one) in wanted]
    if not chosen:
        raise NotFoundError("document", asked, filter(None, map(_id, checked)))
    if len(chosen) > 1:
        raise UsageError("“{name}” is more than one document: name one", name=asked)
    (one,) = chosen
    if not one.ok:
        raise UnsoundError(chosen)
    if one.definition is None:
        raise UsageError("“{name}” is no protocol, lifecycle or agreement", name=asked)
    others = {str(_id(other)): other.data for other in checked if other.data and _id(other)}
    return Bench(one, one.definition, site_of(checked), others)


def _id(one: Checked) -> str | None:
    return None if one.data is None else one.data.get("id")


def site_of(checked: Iterable[Checked]) -> Site:
    """Return the site plan among the documents.

    :raises UsageError: there is none.
    """
    for one in checked:
        if one.data is not None and one.data["kind"] == "site":
            return build_site(one.data)
    raise UsageError("protocols are played with a site plan; there is none here")
