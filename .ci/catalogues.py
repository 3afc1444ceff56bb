"""The program's own messages: found in the code, kept in gettext catalogues.

    python .ci/catalogues.py          # say what is wrong; exit code 1 where something is
    python .ci/catalogues.py update   # take new messages into the catalogues, compile them

A message is an English string with ``{names}``: the first string of a call to
``say`` or ``msg``, both of one to ``counted``, the template of an error or a
``Reason`` (or what a name that stands there was given), a value of a constant whose
name ends in ``_WORDS`` (or is ``TEXTS``), a ``template = …`` or what is handed to a
parameter of that name, a text of the command line's help, or what a finding shows of
the schemas. A catalogue is complete when each has its translation, with the same names.
"""

from __future__ import annotations

import ast
import builtins
import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "engine" / "locales"
LANGUAGES = ("nl",)
TAGS = {"en", *LANGUAGES}  # say("en", …): not a message
NAMES = re.compile(r"\{([a-z_]*)\}")


def messages() -> dict[str, str]:
    """Return every message, with the first file that says it."""
    found: dict[str, str] = {}
    for room in ("engine", "cli"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for text in _in_code(ast.parse(path.read_text("utf-8"))):
                found.setdefault(text, str(path.relative_to(ROOT)))
    for text in _in_help():
        found.setdefault(text, "cli/main.py")
    for text in filter(None, _in_schemas()):
        found.setdefault(text, "schemas")
    return found


def _in_code(tree: ast.AST) -> Iterator[str]:
    takers, values = dict(_takers(tree)), _values(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _in_call(node, values)
            at = takers.get(_name(node.func))
            if at is not None and at < len(node.args):
                yield from _strings(node.args[at])
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            if any(name in {"template", "TEXTS"} or name.endswith("_WORDS") for name in names):
                yield from _strings(node.value)


def _takers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The module's own functions that are given a template, and at which place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [one.arg for one in [*node.args.posonlyargs, *node.args.args]]
            if "template" in names and node.name != "__init__":
                yield node.name, names.index("template") - (names[0] in {"self", "cls"})


def _values(tree: ast.AST) -> dict[str, list[ast.expr]]:
    """What each name of the module is given, in whichever function."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def _in_call(call: ast.Call, values: dict[str, list[ast.expr]]) -> Iterator[str]:
    def texts(one: ast.expr) -> list[str]:
        """What the argument can be: itself, or what its name was given."""
        base = one.value if isinstance(one, ast.Subscript) else one
        given = values.get(base.id, []) if isinstance(base, ast.Name) else [one]
        return [text for value in given for text in _strings(value) if text not in TAGS]

    name = _name(call.func)
    for keyword in call.keywords:
        if keyword.arg == "template":
            yield from _strings(keyword.value)
    if name in {"say", "msg"}:
        yield from next((found for one in call.args[:2] if (found := texts(one))), [])
    elif name == "counted":
        yield from (text for one in call.args for text in texts(one))
    elif name == "Reason":
        yield from (text for one in call.args[1:2] for text in texts(one))
    elif _is_error(name) or _is_super_init(call):
        yield from (text for one in call.args[:1] for text in texts(one))


def _name(func: ast.expr) -> str:
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def _is_error(name: str) -> bool:
    return name.endswith("Error") and not hasattr(builtins, name)


def _is_super_init(call: ast.Call) -> bool:
    func = call.func
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "__init__"
        and isinstance(func.value, ast.Call)
        and _name(func.value.func) == "super"
    )


def _strings(node: ast.expr) -> Iterator[str]:
    """The strings that the expression can be; of a mapping its values."""
    match node:
        case ast.Constant(value=str(text)) if _has_words(text):
            yield text
        case ast.IfExp():
            yield from (*_strings(node.body), *_strings(node.orelse))
        case ast.Dict():
            yield from (text for value in node.values for text in _strings(value))
        case ast.Tuple() | ast.List() | ast.Set():
            yield from (text for value in node.elts for text in _strings(value))
        case ast.Call(args=[*args]) if _name(node.func) == "frozenset":
            yield from (text for value in args for text in _strings(value))


def _has_words(text: str) -> bool:
    return any(char.isalpha() for char in NAMES.sub("", text))


def _in_help() -> Iterator[str]:
    import typer  # noqa: PLC0415 - beside its only use

    from handrail.cli.main import app  # noqa: PLC0415 - the same

    yield from _of_command(typer.main.get_command(app), None)


def _of_command(command: Any, parent: Any) -> Iterator[str]:
    from handrail.cli.group import LazyGroup  # noqa: PLC0415 - beside its only use

    context = command.make_context(command.name, [], parent, resilient_parsing=True)
    yield command.help
    yield from (parameter.help for parameter in command.params if parameter.help)
    if isinstance(command, LazyGroup):
        for title, rows in command.table.items():
            yield from (title, *rows.values())
        for name in command.list_commands(context):
            yield from _of_command(command.get_command(context, name), context)


# What a schema with one of these says of itself is what a finding expects there.
EXPECTING = {"pattern", "minimum", "maximum", "minLength", "maxLength", "minItems"}
EXPECTING |= {"minProperties", "maxProperties"}


def _in_schemas() -> Iterator[str]:
    """Titles of the parts that keys stand in; what is expected where one is missing or wrong."""
    from handrail.engine.documents.schemas import KINDS, linked  # noqa: PLC0415 - as above

    seen: set[int] = set()
    for kind in KINDS:
        yield from _in_schema(linked()[f"{kind}.schema.json"], seen)


def _in_schema(schema: Any, seen: set[int]) -> Iterator[str]:
    parts = schema.values() if isinstance(schema, dict) else schema
    if not isinstance(schema, dict | list) or id(schema) in seen:
        return
    seen.add(id(schema))
    if isinstance(schema, dict):
        if "unevaluatedProperties" in schema:
            yield from _titles(schema, set())
        if isinstance(schema.get("required"), list):
            yield from (_about(_property(schema, key)) for key in schema["required"])
        if EXPECTING & schema.keys():
            yield _about(schema)
    for part in parts:
        yield from _in_schema(part, seen)


def _titles(schema: Any, seen: set[int]) -> Iterator[str]:
    """The title of a part, and those of the forms that it can have."""
    seen.add(id(schema))
    if isinstance(schema.get("title"), str):
        yield schema["title"]
    forms = (schema[key] for key in ("$ref", "then", "else") if key in schema)
    for form in forms:
        if id(form) not in seen:
            yield from _titles(form, seen)


def _property(schema: Any, key: str) -> Any:
    if key in schema.get("properties", {}):
        return schema["properties"][key]
    return _property(schema["$ref"], key) if "$ref" in schema else {}


def _about(schema: Any) -> str:
    text = schema.get("description", "")
    return text if isinstance(text, str) else ""


def path_of(lang: str) -> Path:
    """Return where a language's catalogue lies; the compiled one lies beside it."""
    return LOCALES / lang / "LC_MESSAGES" / "handrail.po"


def read(lang: str) -> Catalog:
    """Return a language's catalogue."""
    with path_of(lang).open("rb") as file:
        return read_po(file, locale=lang)


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue in the form that gettext reads."""
    with io.BytesIO() as file:
        write_mo(file, catalogue)
        return file.getvalue()


def problems(lang: str) -> Iterator[str]:
    """Say what is missing, left over, wrong or not compiled in a catalogue."""
    catalogue = read(lang)
    wanted = messages()
    for text, place in wanted.items():
        entry = catalogue.get(text)
        if entry is None or not entry.string:
            yield f"{lang}: not translated: {text!r} ({place})"
        elif set(NAMES.findall(text)) != set(NAMES.findall(str(entry.string))):
            yield f"{lang}: other names than in {text!r}: {entry.string!r}"
        elif entry.fuzzy:
            yield f"{lang}: fuzzy: {text!r}"
    yield from (
        f"{lang}: no longer in the code: {entry.id!r}"
        for entry in catalogue
        if entry.id and entry.id not in wanted
    )
    if path_of(lang).with_suffix(".mo").read_bytes() != compiled(catalogue):
        yield f"{lang}: not compiled: run python .ci/catalogues.py update"


def update(lang: str) -> None:
    """Take in what the code says, keep the translations there are, and compile."""
    old = read(lang) if path_of(lang).exists() else Catalog(locale=lang)
    new = Catalog(locale=lang, project="handrail", header_comment="# Handrail", fuzzy=False)
    for text, place in sorted(messages().items(), key=lambda item: (item[1], item[0])):
        entry = old.get(text)
        new.add(text, entry.string if entry else "", locations=[(place, "")])
    new.creation_date = new.revision_date = old.creation_date
    path_of(lang).parent.mkdir(parents=True, exist_ok=True)
    with path_of(lang).open("wb") as file:
        write_po(file, new, width=100, omit_header=False, include_lineno=False)
    path_of(lang).with_suffix(".mo").write_bytes(compiled(read(lang)))


def main() -> int:
    """Check, or update with that word as the argument."""
    if sys.argv[1:] == ["update"]:
        for lang in LANGUAGES:
            update(lang)
    found = [problem for lang in LANGUAGES for problem in problems(lang)]
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
