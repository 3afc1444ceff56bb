"""docs/cli.md, written from the app itself: ``python -m handrail.cli.reference``."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import typer

from handrail.cli.group import LazyGroup
from handrail.cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["reference"]

INTRODUCTION = """\
# The command line

<!-- Written by `python -m handrail.cli.reference > docs/cli.md`; do not edit it here. -->

Data goes to stdout, messages go to stderr. `--json` makes every command that shows
something print one JSON object, or JSON Lines where it is a stream; the shapes are in
[`schemas/output.schema.json`](../schemas/output.schema.json). Colours appear on a
terminal only; `NO_COLOR` forbids and `FORCE_COLOR` forces them. Questions are asked at
a terminal only: `--no-input` forbids them, `--yes` answers yes. `-` in place of a file,
a text or a value reads it from the input. The options of the whole program may stand
before the command or after it.

Shell completion: `handrail --install-completion`. It completes incidents, and the steps,
tasks and facts that are possible in that incident now.

## Exit codes

| code | meaning |
| --- | --- |
| 0 | done |
| 1 | failed |
| 2 | the command was not understood |
| 3 | the check found something: a protocol's findings, a log that is not OK |
| 4 | not permitted |
| 5 | refused by the protocol: guard, task, second person, time |
| 10 | not found |
| 11 | somebody was first, or the store is locked |
| 130 | interrupted |
| 141 | whoever read the output went away; what was recorded stays recorded |

With `--json` a refusal (4, 5, 11) is `{"refused": {"code", "text", "needs"}}`, every
other failure `{"error": {"code", "text"}}`, both on stdout.
"""


def reference() -> str:
    """Return the whole page."""
    root = typer.main.get_command(app)
    context = _context(root, "handrail", None)
    parts = [INTRODUCTION, "## Options of the whole program\n", _table(root.params)]
    for title, rows in root.table.items():  # type: ignore[attr-defined]
        parts.append(f"## {title}\n")
        for name in rows:
            parts.extend(_command(root, context, name, {id(one) for one in root.params}))
    return "\n".join(parts)


def _context(command: Any, name: str, parent: Any) -> Any:
    return command.make_context(name, [], parent, resilient_parsing=True)


def _command(group: Any, parent: Any, name: str, common: set[int]) -> Iterator[str]:
    command = group.get_command(parent, name)
    context = _context(command, name, parent)
    if isinstance(command, LazyGroup):
        for inner in command.list_commands(context):
            yield from _command(command, context, inner, common)
        return
    yield f"### `{context.command_path}`\n"
    yield f"{_prose(command.help)}\n"
    usage = command.get_usage(context).removeprefix("Usage: ")
    yield f"```\n{_prose(usage)}\n```\n"
    own = [one for one in command.params if id(one) not in common]
    if own:
        yield _table(own)


def _prose(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def _table(parameters: list[Any]) -> str:
    rows = "".join(f"| {_name(one)} | {_prose(one.help)} |\n" for one in parameters)
    return f"| | |\n| --- | --- |\n{rows}"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar}`{'…' if parameter.nargs != 1 else ''}"
    names = ", ".join(f"`{one}`" for one in [*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} `{parameter.metavar or 'TEXT'}`"


if __name__ == "__main__":
    sys.stdout.write(reference())
