"""Frozen parts: what ``dataclass(frozen=True, kw_only=True)`` gives, without its cost.

``dataclass`` writes and compiles code for each class: about a millisecond a class
when a command starts, and the model of a document has thirty (docs/decisions/0007).
A part is compared and hashed by identity: it is what it is, and where it stands.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, ClassVar, Final, NoReturn, Self, dataclass_transform

__all__ = ["NOTHING", "Part"]

NOTHING: Final[MappingProxyType[str, Any]] = MappingProxyType({})  # an empty mapping, shared


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False)
class Part:
    """Base of frozen parts; a subclass lists its fields with their defaults."""

    _fields: ClassVar[frozenset[str]] = frozenset()
    _needed: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        # inspect.get_annotations would import inspect (12 ms), which a step does without.
        own = cls.__dict__.get("__annotations__", {})  # noqa: RUF063 - see above
        names = cls._fields.union(own)
        cls._fields = frozenset(name for name in names if not name.startswith("_"))
        cls._needed = frozenset(name for name in cls._fields if not hasattr(cls, name))

    def __init__(self, **values: Any) -> None:
        given = values.keys()
        if given != self._fields and not (self._needed <= given <= self._fields):
            wrong = [*(self._needed - values.keys()), *(values.keys() - self._fields)]
            raise TypeError(f"{type(self).__name__}: missing or unknown: {', '.join(wrong)}")
        self.__dict__.update(values)

    def but(self, **changes: Any) -> Self:
        """The same with some fields exchanged."""
        return type(self)(**{**self.__dict__, **changes})

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} = {value!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name}")

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({told})"
