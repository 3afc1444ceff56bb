"""What was worked out for a run, kept while the run and the site plan are as they were.

A step changes one run of a case, but all are looked at. Runs and plans are never changed
in place, so that they are known by their identity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from handrail.engine.machine.site import Site
    from handrail.engine.machine.state import Run

__all__ = ["Memo"]

_MOST: Final = 256  # runs
_T = TypeVar("_T")


class _Worked(NamedTuple, Generic[_T]):
    """What was worked out for a run under a site plan."""

    run: Run
    site: Site
    found: _T


class Memo(dict[int, _Worked[_T]]):
    """By the identity of the run, which it keeps alive."""

    def keep(self, run: Run, site: Site, found: _T) -> None:
        """Keep what was found; of too many, all are worked out anew."""
        if len(self) >= _MOST:
            self.clear()
        self[id(run)] = _Worked(run, site, found)
