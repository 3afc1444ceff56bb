"""``handrail demo``."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import typer

from handrail.cli import out
from handrail.cli.main import run
from handrail.cli.page import Line, line, span
from handrail.cli.params import full_id
from handrail.cli.session import Session
from handrail.cli.story import Scene, scenes
from handrail.engine.clock import SystemClock
from handrail.engine.errors import HandrailError

OWN = ("HANDRAIL_WORKSPACE", "HANDRAIL_STORE", "HANDRAIL_AS", "HANDRAIL_LANG", "XDG_STATE_HOME")


def command(ctx: typer.Context) -> None:
    """Play one incident from open to closed and proven, in a temporary workspace."""
    session = Session.of(ctx)
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="handrail-demo-"))
    workspace, checkpoint = folder / "north-museum", folder / "elsewhere" / "checkpoint.txt"
    checkpoint.parent.mkdir()
    with _surroundings(session, workspace, folder):
        for scene in scenes(workspace, checkpoint, session.say):
            _play(session, scene)
    seconds = time.monotonic() - started
    if session.json:
        out.emit(
            {
                "workspace": str(workspace),
                "incident": full_id("1"),
                "checkpoint": str(checkpoint),
                "seconds": round(seconds, 3),
            }
        )
    else:
        out.page(_ending(session, workspace, checkpoint, seconds))


@contextmanager
def _surroundings(session: Session, workspace: Path, folder: Path) -> Iterator[None]:
    """Let the commands find the demo's workspace, and leave nothing anywhere else."""
    before = {name: os.environ.pop(name, None) for name in OWN}
    os.environ |= {
        "HANDRAIL_WORKSPACE": str(workspace),
        "HANDRAIL_LANG": session.lang,
        "XDG_STATE_HOME": str(folder / "state"),
    }
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _play(session: Session, scene: Scene) -> None:
    """Run one command as if it were typed, and show it."""
    now = SystemClock().now()
    if session.json:
        with redirect_stdout(StringIO()):
            code = run([*scene.words, "--json"], began=now)
    else:
        out.page(_announced(session, scene))
        code = run(scene.words, began=now)
    if code != scene.expected:
        raise HandrailError(
            "the demo stopped: “{command}” ended with exit code {code}",
            command=" ".join(scene.words),
            code=code,
        )


def _announced(session: Session, scene: Scene) -> Sequence[Line]:
    typed = line(span(f"$ {_typed(session, scene)}", "command"))
    return [Line(), line(span(f"# {scene.why}", "title")), typed] if scene.why else [typed]


def _typed(session: Session, scene: Scene) -> str:
    return Session({"HANDRAIL_LANG": session.lang}).line(*scene.words)


def _ending(session: Session, workspace: Path, checkpoint: Path, seconds: float) -> Iterator[Line]:
    say = session.say
    yield Line()
    took = say("Done in {seconds} seconds. Look around in it:", seconds=f"{seconds:.1f}")
    yield line(span(took, "title"))
    for text in (
        f"export HANDRAIL_WORKSPACE={workspace}",
        "handrail audit show 1",
        "handrail list",
        "handrail open suspicious-object --drill --as bram",
        "handrail walk --as bram",
        f"handrail audit verify --against {checkpoint}",
    ):
        yield line(span(f"  {text}", "command"))
