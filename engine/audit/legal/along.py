"""One run of an incident, as it goes along the ways that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from handrail.engine.audit.legal.form import filled
from handrail.engine.audit.legal.known import ALWAYS, Start, serves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handrail.engine.audit.legal.fit import Forms
    from handrail.engine.audit.legal.known import Place
    from handrail.engine.audit.legal.told import Roles
    from handrail.engine.machine.state import Run

__all__ = ["Along"]

_UNTOLD: Final = ""  # before every time


class Along:
    """A run that goes along known ways."""

    __slots__ = ("_calm", "_times", "atoms", "place", "same")

    def __init__(self, place: Place, atoms: tuple[Any, ...]) -> None:
        self.place = place
        self.atoms = atoms
        self._times: list[str] | None = None
        # Before this nothing is due, and it may be that nothing is for some time longer.
        self._calm = _UNTOLD if place.clocks else ALWAYS
        self.same = True  # whether the case has the run as it is

    @property
    def times(self) -> list[str]:
        """When each of the place's deadlines is due."""
        if self._times is None:
            self._times = self.place.times(self.atoms)
        return self._times

    def is_calm(self, at: str) -> bool:
        """Whether nothing is due by then."""
        if at >= self._calm:  # what was due first may have gone
            self._calm = self.place.soonest(self.atoms)
            if at >= self._calm:
                self._calm = min(self.times, default=ALWAYS)
        return at < self._calm

    def be_at(self, place: Place, atoms: tuple[Any, ...], *, keeps: bool) -> None:
        """Be at another place; ``keeps``: no deadline runs there that did not run before."""
        self.place, self.atoms, self.same = place, atoms, False
        self._times = None
        if not keeps:
            self._calm = _UNTOLD if place.clocks else ALWAYS

    def start(self) -> Start:
        """The same, to learn from."""
        return Start(self.place, self.atoms)

    def go(self, forms: Forms, at: str, seals: Sequence[str], roles: Roles) -> bool:
        """Take the way that is known from here, if there is one."""
        way = self.place.ways.get(forms)
        if way is None or not serves(way.roles, roles):
            return False
        if at >= self._calm and not self.is_calm(at):
            return False
        atoms = (*self.atoms, at, *seals)
        for one, other in way.same:
            if atoms[one] != atoms[other]:
                return False
        own = self.atoms if way.atoms is None else tuple([atoms[index] for index in way.atoms])
        self.be_at(way.goal, own, keeps=way.keeps)
        return True

    def run(self) -> Run:
        """The run as it is."""
        place = self.place
        return filled(place.run, dict(zip(place.atoms, self.atoms, strict=True)))
