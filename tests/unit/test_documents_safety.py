"""Nothing that a document holds can run code, open a file or reach a network.

The checks run in a process of their own, where Python's audit events (PEP 578) of
such things are errors from the moment that everything needed is loaded.
"""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from documents_around import FOLDER

from handrail.engine.documents.check import check_bytes

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
handrail: 1
kind: protocol
id: hostile
revision: 1
title: {title}
start: first
states:
  first:
    enter: [{{notify: {{to: [guard], text: {text}}}}}]
    guide: {text}
    steps: {{go: {{to: last}}}}
  last: {{final: done}}
"""
TEXTS = [
    '"{0.__class__.__mro__}"',
    '"{incident.__class__.__init__.__globals__}"',
    '"{incident!r:>9999999}"',
    '"%(name)s %s %n ${HOME} `id` $(id)"',
    "\"{{ self.__class__ }} {% include '/etc/passwd' %} <%= 1 %> #{1+1}\"",
    "'=cmd|'' /C calc''!A0'",
    '\'__import__("os").system("touch hit")\'',
    "'file:///etc/passwd http://127.0.0.1:9/x'",
    '"../../../../etc/passwd"',
]
TAGS = [
    '!!python/object/apply:os.system ["touch hit"]',
    "!!python/object/new:subprocess.Popen [[touch, hit]]",
    "!!python/name:os.system",
    "!!python/module:antigravity",
    "!include /etc/passwd",
    "!!binary aGVsbG8=",
    "!<tag:yaml.org,2002:python/object/apply:os.system> [touch hit]",
]
# Where another program would look a name up, fetch an address, or compile a pattern.
PARTS = [
    HEAD.format(title="A", text="B").replace("to: last", "to: os.system"),
    HEAD.format(title="A", text="B").replace("done}", "done, enter: [{call: os.system}]}"),
    HEAD.format(title="A", text="B").replace("first:\n", "first:\n    on_enter: os.system\n", 1),
    HEAD.format(title="A", text="B").replace("to: last", "to: \"__import__('os').system\""),
    "$ref: file:///etc/passwd\n" + HEAD.format(title="A", text="B"),
    "$schema: http://127.0.0.1:9/x\n" + HEAD.format(title="A", text="B"),
    HEAD.format(title="{$ref: 'file:///etc/passwd'}", text="B"),
    HEAD.format(title="A", text="B").replace("revision: 1", "revision: 9" + "9" * 5_000),
    HEAD.format(title="A", text="B").replace("revision: 1", "revision: 1e999999999"),
    HEAD.format(title="A", text="B").replace("id: hostile", "id: " + "a-" * 50_000 + "!"),
    HEAD.format(title="A", text="B").replace("to: last", "after: " + "1" * 5_000 + "s, to: last"),
]
DOCUMENTS = [
    *(HEAD.format(title=text, text=text) for text in TEXTS),
    *(HEAD.format(title=tag, text="B") for tag in TAGS),
    *PARTS,
]
GUARDED = """\
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from documents_around import around
from handrail.engine.documents.check import check_bytes
from handrail.engine.documents.render import as_json, full
from handrail.engine.machine.build import build

def look(data):
    checked = check_bytes(data, "hostile.yaml", site=site, others=others)
    full(checked.findings), as_json(checked.findings)
    if checked.definition is not None:
        build(checked.data, checked.sha256)

site, others = around()
documents = [Path(name).read_bytes() for name in sys.argv[1:]]
for data in documents:  # loads what is loaded late
    look(data)
NEVER = ("open", "exec", "compile", "import", "os.", "subprocess.", "socket.", "urllib.",
         "ctypes.", "shutil.", "pickle.", "tempfile.", "builtins.input", "webbrowser.")
def guard(event, args):
    if event.startswith(NEVER):
        raise SystemExit(f"{{event}} {{args}}")
sys.addaudithook(guard)
for data in documents:
    look(data)
print("nothing happened")
"""


def guarded(folder: Path, *files: Path) -> str:
    script = GUARDED.format(tests=str(FOLDER.parent))
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, files)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_no_document_makes_anything_happen(tmp_path: Path) -> None:
    files = []
    for number, text in enumerate(DOCUMENTS):
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_text(text, "utf-8")
    examples = sorted((FOLDER / "wrong").glob("*.yaml")) + sorted((FOLDER / "right").glob("*.yaml"))
    assert guarded(tmp_path, *files, *examples) == "nothing happened\n"
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in files}


def test_the_guard_would_notice(tmp_path: Path) -> None:
    script = GUARDED.replace('print("nothing happened")', 'open("hit", "w")')
    done = subprocess.run(
        [sys.executable, "-c", script.format(tests=str(FOLDER.parent))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.startswith("open ('hit'")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_no_document_takes_long(text: str) -> None:
    begun = time.process_time()
    check_bytes(text.encode(), "hostile.yaml")
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("text", [*PARTS, *(HEAD.format(title=tag, text="B") for tag in TAGS)])
def test_what_names_code_or_an_address_is_refused(text: str) -> None:
    assert not check_bytes(text.encode(), "hostile.yaml").ok


def chain(many: int) -> str:
    states = "".join(f"  s{i}: {{steps: {{go: {{to: s{i + 1}}}}}}}\n" for i in range(many))
    head = "handrail: 1\nkind: protocol\nid: a\nrevision: 1\ntitle: A\nstart: s0\nstates:\n"
    return f"{head}{states}  s{many}: {{final: x}}\n"


@pytest.mark.parametrize(
    "text",
    [
        chain(3_000),
        chain(3_000).replace("{to: s", "{to: t"),
        chain(3_000).replace("final: x", "steps: {go: {to: s0}}"),
        chain(3_000).replace("final: x", "finl: x").replace("steps:", "stpes:"),
    ],
    ids=["long", "all targets misspelt", "without an end", "all keys misspelt"],
)
def test_the_largest_documents_take_no_more_than_two_seconds(text: str) -> None:
    begun = time.process_time()
    check_bytes(text.encode(), "large.yaml")
    assert time.process_time() - begun < 2
