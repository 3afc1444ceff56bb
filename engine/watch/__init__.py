"""What ``handrail watch`` does, job by job; who runs them when is the command line's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from handrail.engine.mirrors import mirrors_of
from handrail.engine.watch.checkpoints import Checkpoints
from handrail.engine.watch.deadlines import until_next

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from handrail.engine.engine import Engine
    from handrail.engine.mirrors import Mirror
    from handrail.engine.news import News
    from handrail.engine.workspace import Workspace

__all__ = ["Job", "jobs_of"]


def _every(_engine: Engine, every: float) -> float:
    return every


class Job(NamedTuple):
    """Something to do again and again. One that hangs or fails keeps no other waiting."""

    name: str
    act: Callable[[Engine], Iterable[News]]
    pause: Callable[[Engine, float], float] = _every  # seconds, given how many at most


def jobs_of(workspace: Workspace) -> list[Job]:
    """What there is to do for a workspace.

    :raises SettingsError: ``handrail.yaml`` has errors.
    """
    mirrors = mirrors_of(workspace.settings())
    return [
        Job("deadlines", lambda engine: engine.tick(), until_next),
        Job("checkpoints", Checkpoints()),
        *(Job(f"mirror {one.name}", partial(_mirror, workspace, one)) for one in mirrors),
    ]


def _mirror(workspace: Workspace, mirror: Mirror, engine: Engine) -> Iterator[News]:
    from handrail.engine.mirrors.feed import feed  # noqa: PLC0415 - structlog costs 100 ms

    return feed(engine.store, workspace.root, mirror)
