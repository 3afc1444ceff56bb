"""The documents that are shipped: protocols for all, a site plan for each pack."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from handrail.engine.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

__all__ = ["Shipped", "packs", "shipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """A document of the library."""

    path: str  # where it goes in a workspace: site.yaml, protocols/…, scenarios/…
    data: bytes


def packs() -> list[str]:
    """The packs, by name."""
    return sorted(pack.name for pack in (_root() / "packs").iterdir() if pack.is_dir())


def shipped(pack: str) -> list[Shipped]:
    """The documents of a pack: its own site plan, then what all packs share.

    A pack's own ``protocols`` and ``scenarios`` go before shared ones of the same name.

    :raises NotFoundError: there is no such pack.
    """
    if pack not in packs():
        raise NotFoundError("pack", pack, packs())
    own = _root() / "packs" / pack
    found = {"site.yaml": Shipped(path="site.yaml", data=(own / "site.yaml").read_bytes())}
    for folder, target in (
        (own / "protocols", "protocols"),
        (own / "scenarios", "scenarios"),
        (_root(), "protocols"),
        (_root() / "scenarios", "scenarios"),
    ):
        for document in _documents(folder, target):
            found.setdefault(document.path, document)
    return list(found.values())


def _root() -> Traversable:
    return files("handrail.protocols")


def _documents(folder: Traversable, target: str) -> Iterator[Shipped]:
    if not folder.is_dir():
        return
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            yield Shipped(path=f"{target}/{file.name}", data=file.read_bytes())
