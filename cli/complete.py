"""What a shell's Tab offers: incidents, and what is possible in that incident now.

Nothing here may fail or print: a completion that cannot be made offers nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import typer  # noqa: TC002 - Typer resolves the annotations of these functions when it runs

from handrail.engine.text import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Offer = tuple[str, str]  # a word, and what it means

__all__ = [
    "agreement_steps",
    "answer_shell",
    "facts",
    "incidents",
    "people",
    "protocols",
    "registered",
    "runs",
    "states",
    "steps",
    "tasks",
]


def incidents(ctx: typer.Context) -> list[Offer]:
    """Offer the open incidents."""
    return _safely(lambda: [(row["id"], row.get("title") or "") for row in _open(ctx)])


def steps(ctx: typer.Context) -> list[Offer]:
    """Offer the steps that are possible in the incident now."""
    return _safely(
        lambda: [
            (row["step"], row.get("title") or "")
            for row in _view(ctx)["steps"]
            if row["possible"] or row.get("pending")
        ]
    )


def tasks(ctx: typer.Context) -> list[Offer]:
    """Offer the incident's open tasks."""
    return _safely(
        lambda: [(t["id"], t.get("do") or "") for t in _view(ctx)["tasks"] if t["status"] == "open"]
    )


def runs(ctx: typer.Context) -> list[Offer]:
    """Offer the incident's runs."""
    return _safely(lambda: [(row["id"], row.get("title") or "") for row in _view(ctx)["runs"]])


def states(ctx: typer.Context) -> list[Offer]:
    """Offer the states that a deviation may lead to."""

    def open_to() -> list[Offer]:
        view = _view(ctx)
        pinned = [run["sha256"] for run in view["runs"] if run["status"] == "active"]
        with _session(ctx).engine() as engine, engine.reading():
            machines = [engine.shelf.definition(sha256) for sha256 in dict.fromkeys(pinned)]
            return [
                (state.id, pick(state.title, engine.lang))
                for machine in machines
                if machine.deviate_by is not None
                for state in machine.states.values()
            ]

    return _safely(open_to)


def facts(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """Offer the facts that the step asks, and after ``=`` the answers."""
    return _safely(lambda: list(_facts(_view(ctx), ctx.params, incomplete)))


def _facts(view: Mapping[str, Any], params: Mapping[str, Any], incomplete: str) -> Iterable[Offer]:
    from handrail.cli.render.questions import answers  # noqa: PLC0415 - only a shell's Tab

    step, given = params.get("step"), params.get("given") or ()
    known = {word.partition("=")[0] for word in given}
    fact, equals, _ = incomplete.partition("=")
    for row in view["steps"]:
        if step not in (None, row["step"]):
            continue
        for question in row.get("questions", ()):
            if equals and question["fact"] == fact:
                yield from (
                    (f"{fact}={answer}", text) for answer, text in answers(question).items()
                )
            elif not equals and question["fact"] not in known:
                yield f"{question['fact']}=", question.get("ask") or ""


def protocols(ctx: typer.Context) -> list[Offer]:
    """Offer the protocols that are known to the store."""
    return _safely(lambda: [offer for kind, offer in _documents(ctx) if kind == "protocol"])


def registered(ctx: typer.Context) -> list[Offer]:
    """Offer every document that is known to the store."""
    return _safely(lambda: [offer for _, offer in _documents(ctx)])


def _documents(ctx: typer.Context) -> list[tuple[str, Offer]]:
    with _session(ctx).engine() as engine:
        return [(row["kind"], (row["id"], row["kind"])) for row in engine.documents()]


def agreement_steps(ctx: typer.Context) -> list[Offer]:
    """Offer what can be done in the document's agreement now."""

    def possible() -> list[Offer]:
        with _session(ctx).engine() as engine:
            case = engine.charter.show(ctx.params.get("document") or "")["case"]
        steps = [(row["step"], row["title"]) for row in case["steps"] if row["possible"]]
        return steps + [(row["id"], row["do"]) for row in case["tasks"] if row["status"] == "open"]

    return _safely(possible)


def people(ctx: typer.Context) -> list[Offer]:
    """Offer the people of the site plan."""

    def known() -> list[Offer]:
        with _session(ctx).engine() as engine, engine.reading():
            people = engine.shelf.site().people.values()
            return [(person.id, person.name) for person in people]

    return _safely(known)


def _session(ctx: typer.Context) -> Any:
    from handrail.cli.session import Session  # noqa: PLC0415 - imports this module

    return Session.of(ctx)


def _open(ctx: typer.Context) -> list[Any]:
    with _session(ctx).engine() as engine:
        return list(engine.list(open=True))


def _view(ctx: typer.Context) -> Any:
    from handrail.cli.params import full_id  # noqa: PLC0415 - imports this module

    with _session(ctx).engine() as engine:
        incident = ctx.params.get("incident")
        return engine.view(full_id(incident) if incident else engine.latest_open())


def _safely(offer: Callable[[], list[Offer]]) -> list[Offer]:
    try:
        return offer()
    except Exception:  # noqa: BLE001 - a completion that cannot be made offers nothing
        return []


def answer_shell(run: Callable[[Sequence[str]], int]) -> int:
    """Answer the shell.

    bash breaks words at ``=``: what it hands over as ``linked``, ``=``, ``y`` is
    joined again, and of the answers only what follows the ``=`` is given back.
    """
    if os.environ.get("_HANDRAIL_COMPLETE") != "complete_bash":
        return run([])
    words, at, cut = _joined(os.environ["COMP_WORDS"].split("\n"), int(os.environ["COMP_CWORD"]))
    os.environ |= {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(at)}
    if not cut:
        return run([])
    import sys  # noqa: PLC0415 - beside its only use
    from contextlib import redirect_stdout  # noqa: PLC0415 - only here
    from io import StringIO  # noqa: PLC0415 - only here

    held = StringIO()
    with redirect_stdout(held):
        code = run([])
    sys.stdout.write("\n".join(word[cut:] for word in held.getvalue().split("\n")))
    return code


def _joined(words: list[str], at: int) -> tuple[list[str], int, int]:
    """Join FACT = VALUE; return the words, the current one's index, and what to cut."""
    out: list[str] = []
    cut = 0
    for index, word in enumerate(words[: at + 1]):
        after = bool(out) and out[-1].endswith("=") and index > 0 and words[index - 1] == "="
        if (word == "=" or after) and out:
            out[-1] += word
            cut = out[-1].index("=") + 1
        else:
            out.append(word)
            cut = 0
    return out, len(out) - 1, cut
