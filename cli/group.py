"""Commands that are imported only when they run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from handrail.engine.errors import NotFoundError
from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LazyGroup", "language_of"]


class NoCommandError(NotFoundError):
    """There is no command of that name."""

    exit_code = 2
    code = "usage"


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and imports the one that runs.

    Typer builds every command of a program before it looks at the arguments. A
    command NAME lives in the module NAME of ``package``, as the function
    ``command`` or, where it is a group itself, as the Typer app ``app``.
    """

    package: ClassVar[str] = ""
    table: ClassVar[Mapping[str, Mapping[str, str]]] = {}  # heading -> name -> one line of help

    def __init__(self, **attrs: Any) -> None:
        names = [name for rows in self.table.values() for name in rows]
        super().__init__(**attrs | {"commands": dict.fromkeys(names)})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and build one command; None where there is none of that name."""
        if cmd_name not in self.commands:
            return None
        built: Any = self.commands[cmd_name]
        if built is None:
            built = self.commands[cmd_name] = _build(self.package, cmd_name, ctx)
        return built

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is Typer's
        """Return the names, in the order of the table."""
        return list(self.commands)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; say what was meant where there is none of that name."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            if ctx.resilient_parsing:
                return None, None, args[1:]
            raise NoCommandError("command", args[0], self.commands)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help in the language of the run."""
        if _is_foreign(language_of(ctx)):
            _translate(self, language_of(ctx), ctx)
        super().format_help(ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands first: they are what a reader looks for."""
        self.format_commands(ctx, formatter)
        with formatter.section(say(language_of(ctx), "Options")):
            formatter.write_dl(
                [
                    record
                    for parameter in self.get_params(ctx)
                    if (record := parameter.get_help_record(ctx))
                ]
            )

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands under the headings of their readers."""
        lang = language_of(ctx)
        for title, rows in self.table.items():
            with formatter.section(say(lang, title)):
                formatter.write_dl([(name, say(lang, short)) for name, short in rows.items()])


class Leaf(TyperCommand):
    """One command; its help shows its own options apart from the whole program's."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words of the usage line, without the braces around what is required."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments, then own options, then those that every command has."""
        lang = language_of(ctx)
        common = {id(one) for one in ctx.find_root().command.params}
        own = [one for one in self.get_params(ctx) if id(one) not in common]
        sections = {
            say(lang, "Arguments"): [one for one in own if one.param_type_name == "argument"],
            say(lang, "Options"): [one for one in own if one.param_type_name == "option"],
            say(lang, "Options of every command"): [
                one for one in self.params if id(one) in common
            ],
        }
        for title, parameters in sections.items():
            if parameters:
                with formatter.section(title):
                    formatter.write_dl([one.get_help_record(ctx) for one in parameters])


def _build(package: str, name: str, ctx: Any) -> Any:
    module = import_module(f"{package}.{name.replace('-', '_')}")
    command = _group(name, module.app) if hasattr(module, "app") else _leaf(name, module.command)
    if not isinstance(command, LazyGroup):
        _add_global_options(command, ctx)
    if _is_foreign(language_of(ctx)):
        _translate(command, language_of(ctx), ctx)
    return command


def _group(name: str, app: typer.Typer) -> Any:
    group = typer.main.get_command(app)
    group.name = name
    return group


def _leaf(name: str, function: Any) -> Any:
    one = typer.Typer(add_completion=False, rich_markup_mode=None)
    one.command(name=name, cls=Leaf)(function)
    return typer.main.get_command(one)


def _add_global_options(command: Any, ctx: Any) -> None:
    """Let the options of the whole program stand after the command as well."""
    root = ctx.find_root().command
    own = {option for parameter in command.params for option in parameter.opts}
    command.params.extend(
        parameter
        for parameter in root.params
        if not parameter.expose_value
        and parameter.name not in {"version", "install_completion", "show_completion"}
        and not own.intersection(parameter.opts)
    )


def _translate(command: Any, lang: str, ctx: Any) -> None:
    command.help = say(lang, command.help or "")
    help_option = command.get_help_option(ctx)
    help_option.help = say(lang, "Show this message and end.")
    for parameter in command.params:
        if parameter.help:
            parameter.help = say(lang, parameter.help)


def _is_foreign(lang: str) -> bool:
    return lang.partition("-")[0] != "en"


def language_of(ctx: Any) -> str:
    """Return the language of the run that the context belongs to."""
    return getattr(ctx.find_root().obj, "lang", "en")
