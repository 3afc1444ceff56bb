"""An editor, as far as a language server sees one (Language Server Protocol 3.17)."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["Editor"]

PATIENCE = 60  # seconds


class Editor:
    """Talks to a language server over its input and output."""

    def __init__(self, command: str, folder: Path, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self.process = subprocess.Popen(
            [command, "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.number = 0
        self.versions: dict[str, int] = {}
        root = folder.as_uri()
        self.ask(
            "initialize",
            processId=None,
            rootUri=root,
            workspaceFolders=[{"uri": root, "name": "workspace"}],
            capabilities={
                "workspace": {"configuration": True, "workspaceFolders": True},
                "textDocument": {"hover": {"contentFormat": ["markdown"]}},
            },
        )
        self.tell("initialized")
        self.tell("workspace/didChangeConfiguration", settings=settings)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()

    # -- what an author does ------------------------------------------------------------

    def write(self, file: Path, text: str) -> list[tuple[int, str]]:
        """Open or change a document; the line (from 1) and message of each diagnostic."""
        uri, version = file.as_uri(), self.versions.get(file.as_uri(), 0) + 1
        self.versions[uri] = version
        if version == 1:
            document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
            self.tell("textDocument/didOpen", textDocument=document)
        else:
            document = {"uri": uri, "version": version}
            change = [{"text": text}]
            self.tell("textDocument/didChange", textDocument=document, contentChanges=change)
        found = self._until(lambda m: self._is_about(m, uri))["params"]["diagnostics"]
        return [(one["range"]["start"]["line"] + 1, one["message"]) for one in found]

    def hover(self, file: Path, line: int, column: int) -> str:
        """What is shown at a place; lines and columns from 1."""
        result = self._at("textDocument/hover", file, line, column)
        return "" if result is None else str(result["contents"]["value"])

    def complete(self, file: Path, line: int, column: int) -> dict[str, str]:
        """What is offered at a place, each with what it says of it."""
        result = self._at("textDocument/completion", file, line, column) or {"items": []}
        return {one["label"]: str(one.get("documentation", "")) for one in result["items"]}

    def _at(self, method: str, file: Path, line: int, column: int) -> Any:
        position = {"line": line - 1, "character": column - 1}
        return self.ask(method, textDocument={"uri": file.as_uri()}, position=position)["result"]

    # -- the wire ----------------------------------------------------------------------------

    def tell(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self.number += 1
        number = self.number
        self._send({"id": number, "method": method, "params": params})
        return self._until(lambda m: m.get("id") == number and "method" not in m)

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while line := stream.readline():
            length = 0
            while line.strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                line = stream.readline()
            self.heard.put(json.loads(stream.read(length)))

    def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while True:
            message = self.heard.get(timeout=max(0.1, end - time.monotonic()))
            if "method" in message and "id" in message:
                self._answer(message)
            if wanted(message):
                return message

    def _answer(self, message: Mapping[str, Any]) -> None:
        """What the server asks of the editor: its configuration."""
        result: Any = None
        if message["method"] == "workspace/configuration":
            result = [self.settings.get(one["section"]) for one in message["params"]["items"]]
        self._send({"id": message["id"], "result": result})

    def _is_about(self, message: Mapping[str, Any], uri: str) -> bool:
        if message.get("method") != "textDocument/publishDiagnostics":
            return False
        return bool(message["params"]["uri"] == uri)
