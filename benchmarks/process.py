"""``handrail step`` as a whole process, beside a Typer program that prints a line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.table import Row, interleaved
from benchmarks.workplace import workplace
from handrail.engine.engine import Engine

__all__ = ["rows"]

ROUNDS = 25

# Installed programs are compiled; some machines forbid to write what was compiled.
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

HELLO = """\
import typer
app = typer.Typer()

@app.command()
def hello(name: str) -> None:
    print(f"hello {name}")

app()
"""


def rows() -> list[Row]:
    """Wall time and peak memory of the process; at most 1.7 times."""
    workspace = workplace()
    with Engine.at(workspace) as engine:
        case = engine.open("ping")["id"]
    hello = workspace.root / "hello.py"
    hello.write_text(HELLO)
    step = [program(), "step", case, "go", "linked=yes"]
    peer = [sys.executable, str(hello), "world"]
    for command in (step, peer):  # compiled once, as installed programs are
        run(command, workspace.root)
    mine, theirs = interleaved(
        [lambda: run(step, workspace.root), lambda: run(peer, workspace.root)], ROUNDS
    )
    ours_kib, theirs_kib = peak(step, workspace.root), peak(peer, workspace.root)
    return [
        Row(
            what="handrail step, whole process",
            ours=mine * 1e3,
            peer="Typer program that prints a line",
            theirs=theirs * 1e3,
            unit="ms",
            ratio=mine / theirs,
            target="<= 1.7",
        ),
        Row(
            what="  its peak memory",
            ours=ours_kib / 1024,
            peer="the same",
            theirs=theirs_kib / 1024,
            unit="MiB",
            ratio=ours_kib / theirs_kib,
            target="<= 1.7",
        ),
    ]


def program() -> str:
    """The installed console script, beside the interpreter that runs this."""
    return str(Path(sys.executable).parent / "handrail")


def run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=ENV)


SMALL = """\
import os, sys
pid = os.fork()
if pid == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss)
sys.exit(bool(status))
"""


def peak(command: list[str], folder: Path) -> int:
    """Peak resident set of one run, in KiB; forked from a process smaller than it."""
    starter = [sys.executable, "-S", "-c", SMALL, *command]
    done = subprocess.run(starter, cwd=folder, check=True, stdout=subprocess.PIPE, env=ENV)
    return int(done.stdout)
