"""A time-stamping authority of RFC 3161 on this computer: ``openssl ts`` behind HTTP."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IS_HERE = shutil.which("openssl") is not None
_SETTINGS = """\
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""
_EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority(NamedTuple):
    """What its clients need."""

    folder: Path
    url: str

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"


def openssl(folder: Path, *words: str, given: bytes = b"") -> bytes:
    done = subprocess.run(
        ["openssl", *words], cwd=folder, input=given, capture_output=True, check=True, timeout=30
    )
    return done.stdout


def certify(folder: Path) -> None:
    """Make a root and a signer under it, for time stamps alone."""
    folder.mkdir()
    openssl(
        folder, "req", "-x509", *_EC, "-keyout", "ca.key", "-out", "ca.pem", "-days", "9",
        "-subj", "/CN=root",
    )  # fmt: skip
    openssl(folder, "req", *_EC, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=clock")
    (folder / "usage").write_text("extendedKeyUsage = critical, timeStamping\n")
    openssl(
        folder, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
        "-CAcreateserial", "-days", "9", "-extfile", "usage", "-out", "tsa.pem",
    )  # fmt: skip
    (folder / "serial").write_text("01\n")
    (folder / "settings").write_text(_SETTINGS.format(folder=folder))


def answer(folder: Path, query: bytes) -> bytes:
    (folder / "query").write_bytes(query)
    return openssl(folder, "ts", "-reply", "-config", "settings", "-queryfile", "query")


@contextmanager
def serving(folder: Path) -> Iterator[Authority]:
    """Answer until the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            asked = self.headers["Content-Type"] == "application/timestamp-query"
            try:
                reply = answer(folder, query) if asked else b""
            except subprocess.CalledProcessError:
                reply = b""
            self.send_response(200 if reply else 400)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Authority(folder, f"http://127.0.0.1:{server.server_port}/tsr")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
