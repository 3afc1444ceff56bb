"""Signatures by ssh-keygen: made with a file or an agent, checked as of a time."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from handrail.engine.ledger.ssh import NoProgramError, SignatureError, sign, ssh_time, verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")

AT = "2026-11-21T10:00:00.123456Z"
SPACE = "handrail-agreement@here"


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return make(tmp_path / "key")


def make(path: Path, passphrase: str = "") -> Path:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "who@where", "-f"]
    subprocess.run([*command, str(path)], check=True)
    return path


def public(key: Path) -> str:
    return key.with_suffix(".pub").read_text("ascii").strip()


def signers(key: Path, options: str = "") -> str:
    return f'anna namespaces="{SPACE}"{options} {public(key)}\n'


def check(signature: str, allowed: str, *, data: bytes = b"yes", person: str = "anna") -> None:
    verify(data, signature, namespace=SPACE, person=person, signers=allowed, at=AT)


def test_a_signature_by_a_file_verifies(key: Path) -> None:
    check(sign(b"yes", SPACE, key=key), signers(key))


def test_what_is_signed_who_and_for_what_is_held_to(key: Path, tmp_path: Path) -> None:
    signature = sign(b"yes", SPACE, key=key)
    other = make(tmp_path / "other")
    wrong = [
        {"signature": signature, "allowed": signers(key), "data": b"no"},
        {"signature": signature, "allowed": signers(key), "person": "bram"},
        {"signature": signature, "allowed": signers(other)},
        {"signature": signature, "allowed": ""},
        {"signature": sign(b"yes", "git", key=key), "allowed": signers(key)},
        {"signature": "nonsense", "allowed": signers(key)},
    ]
    for case in wrong:
        with pytest.raises(SignatureError):
            check(**case)  # type: ignore[arg-type]


def test_a_key_counts_from_when_to_when(key: Path) -> None:
    signature = sign(b"yes", SPACE, key=key)
    check(signature, signers(key, ',valid-after="20261121",valid-before="20261122"'))
    for options in (',valid-after="20261122"', ',valid-before="20261121"'):
        with pytest.raises(SignatureError, match="anna"):
            check(signature, signers(key, options))


def test_times_are_utc_wherever_one_is(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    just = ',valid-after="20261121100000",valid-before="20261121100001"'
    check(sign(b"yes", SPACE, key=key), signers(key, just))
    assert ssh_time(AT) == "20261121100000"


def test_the_private_half_is_looked_for_in_the_own_folder(key: Path, tmp_path: Path) -> None:
    with pytest.raises(SignatureError, match="--key"):
        sign(b"yes", SPACE, public=public(key))
    own = tmp_path / "home" / ".ssh"
    own.mkdir(parents=True)
    (own / "broken.pub").write_bytes(b"\xff")
    shutil.copy(key, own / "mine")
    (own / "mine.pub").write_text(f"{public(key)} another comment\n", "ascii")
    check(sign(b"yes", SPACE, public=public(key)), signers(key))


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An ssh-agent of this test's own."""
    sock = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(sock)], stdout=subprocess.DEVNULL) as one:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(sock))
        for _ in range(100):
            if sock.exists():
                break
            one.poll()
            subprocess.run(["sleep", "0.02"], check=True)
        yield
        one.terminate()


def test_the_agent_signs_with_the_key_that_it_holds(key: Path, agent: None, tmp_path: Path) -> None:
    assert agent is None
    socket = os.environ["SSH_AUTH_SOCK"]
    subprocess.run(["ssh-add", "-q", str(key)], check=True, env=os.environ | {"DISPLAY": ""})
    key.unlink()
    check(sign(b"yes", SPACE, public=public(key), ask=False), signers(key))
    other = make(tmp_path / "other")
    with pytest.raises(SignatureError):
        sign(b"yes", SPACE, public=public(other), ask=False)
    assert os.environ["SSH_AUTH_SOCK"] == socket


def test_a_locked_key_is_not_asked_for_where_nobody_may_be_asked(key: Path, tmp_path: Path) -> None:
    assert key.exists()
    locked = make(tmp_path / "locked", "secret words")
    with pytest.raises(SignatureError, match="did not sign"):
        sign(b"yes", SPACE, key=locked, ask=False)


def test_what_is_not_there_is_said(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SignatureError, match="there is no key"):
        sign(b"yes", SPACE, key=key.with_name("nowhere"))
    with pytest.raises(SignatureError, match="--key"):
        sign(b"yes", SPACE)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoProgramError, match="OpenSSH"):
        sign(b"yes", SPACE, key=key)
