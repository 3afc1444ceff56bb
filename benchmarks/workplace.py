"""A workspace to measure in: one person, a protocol that goes to and fro."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from handrail.engine.documents.source import read_source
from handrail.engine.engine import Engine
from handrail.engine.founding import found
from handrail.engine.workspace import Workspace

__all__ = ["PING", "workplace"]

# One step with a role, a fact, a guard and a task that was done before.
PING = """\
handrail: 1
kind: protocol
id: ping
revision: 1
title: Ping
purpose: Go to and fro.
owner: head-of-security
addresses: {assets: [visitors], adversaries: [organised-thieves], methods: [hostile-reconnaissance]}
impact: {level: low, text: None.}
facts:
  linked: {type: yes-no, ask: Is it linked?}
start: here
states:
  here:
    by: [guard]
    tasks: {look: {do: Look around., optional: true}}
    steps:
      go: {ask: [linked], to: [{state: there, when: {linked: true}}, {state: over}]}
  there:
    by: [guard]
    steps:
      go: {ask: [linked], to: [{state: here, when: {linked: true}}, {state: over}]}
  over: {final: over}
"""


def workplace() -> Workspace:
    """A workspace in a temporary folder on the disk that TMPDIR names, PING in force."""
    folder = Path(tempfile.mkdtemp(prefix="handrail-bench-"))
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    workspace = Workspace(folder / "work")
    found(workspace.root)
    with Engine.at(workspace) as engine:
        engine.register([read_source(PING.encode(), "ping.yaml")])
        engine.agree("all")
    return workspace
