"""Others verify what we sign and prove: Go's sumdb packages and openssl."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

from handrail.engine.ledger.checkpoint import Checkpoint, LogKey
from handrail.engine.ledger.merkle import consistency_proof, inclusion_proof, root_of
from handrail.engine.ledger.record import leaf_hash

ORIGIN = "handrail.north-museum.example/log"
LEAVES = [leaf_hash(str(index).encode()) for index in range(37)]
GO = shutil.which("go")
OPENSSL = shutil.which("openssl")
# Debian's golang-golang-x-mod-dev installs into /usr/share/gocode.
GOPATH = os.environ.get("GOPATH", "/usr/share/gocode")
HAS_NOTE = Path(GOPATH, "src/golang.org/x/mod/sumdb/note/note.go").exists()
SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: what precedes the key


@pytest.fixture(scope="module")
def key() -> LogKey:
    return LogKey.generate(ORIGIN)


@pytest.fixture(scope="module")
def question(key: LogKey) -> dict[str, object]:
    root = root_of(LEAVES)
    head = Checkpoint(origin=ORIGIN, size=len(LEAVES), root=root)
    return {
        "key": str(key.verifier),
        "note": key.sign(head),
        "size": len(LEAVES),
        "root": root.hex(),
        "index": 20,
        "leaf": LEAVES[20].hex(),
        "inclusion": [part.hex() for part in inclusion_proof(LEAVES, 20, len(LEAVES))],
        "old": 23,
        "oldRoot": root_of(LEAVES[:23]).hex(),
        "consistency": [part.hex() for part in consistency_proof(LEAVES, 23, len(LEAVES))],
    }


@pytest.fixture(scope="module")
def go_verify(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if GO is None or not HAS_NOTE:
        pytest.skip("needs Go and golang.org/x/mod (Debian: golang-go golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("go")
    program = folder / "verify"
    source = Path(__file__).parent / "outside/verify.go"
    settings = {
        "GO111MODULE": "off",
        "GOPATH": GOPATH,
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    subprocess.run([GO, "build", "-o", program, source], env={**os.environ, **settings}, check=True)
    return program


def ask(program: Path, question: dict[str, object]) -> list[str]:
    answer = subprocess.run(
        [program], input=json.dumps(question), capture_output=True, text=True, check=True
    )
    return answer.stdout.splitlines()


def test_go_verifies_our_note_and_our_proofs(go_verify: Path, question: dict[str, object]) -> None:
    assert ask(go_verify, question) == ["note yes", "inclusion yes", "consistency yes"]


def test_go_refuses_what_was_altered(go_verify: Path, question: dict[str, object]) -> None:
    altered = {
        **question,
        "note": str(question["note"]).replace("\n37\n", "\n38\n"),
        "leaf": LEAVES[21].hex(),
        "oldRoot": root_of(LEAVES[:22]).hex(),
    }
    assert ask(go_verify, altered) == ["note no", "inclusion no", "consistency no"]


@pytest.mark.skipif(OPENSSL is None, reason="needs the openssl program")
def test_openssl_verifies_our_note_and_no_other(
    key: LogKey, question: dict[str, object], tmp_path: Path
) -> None:
    text, _, line = str(question["note"]).partition("\n\n")
    (tmp_path / "key.der").write_bytes(SPKI_ED25519 + key.verifier.public)
    (tmp_path / "signature").write_bytes(b64decode(line.split()[-1])[4:])
    assert openssl(tmp_path, text + "\n") == 0
    assert openssl(tmp_path, text.replace("37", "38") + "\n") != 0


def openssl(folder: Path, text: str) -> int:
    (folder / "text").write_text(text, encoding="utf-8")
    command = (
        "pkeyutl -verify -rawin -pubin -keyform DER -inkey key.der -sigfile signature -in text"
    )
    return subprocess.run(
        ["openssl", *command.split()], cwd=folder, capture_output=True, check=False
    ).returncode
