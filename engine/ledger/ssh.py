"""Signatures of people, made and checked by OpenSSH's own program (``ssh-keygen -Y``).

People sign with the keys that they have: in a file, in ssh-agent, or on a token. What
is checked here anybody can check with ``ssh-keygen`` alone (8.9 or later), because the
files are its own: PROTOCOL.sshsig, and ALLOWED SIGNERS in ssh-keygen(1).
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from handrail.engine.errors import HandrailError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["NoProgramError", "SignatureError", "bare_key", "sign", "ssh_time", "verify"]

PROGRAM: Final = "ssh-keygen"
_LONGEST: Final = 120  # seconds: a person may have to type a passphrase or touch a token


class SignatureError(HandrailError):
    """A signature cannot be made, or is not the one it should be."""

    exit_code = 5
    code = "signature"


class NoProgramError(SignatureError):
    """There is no ``ssh-keygen`` on this computer."""

    exit_code = 1
    code = "no-ssh-keygen"


def sign(
    data: bytes,
    namespace: str,
    *,
    key: Path | None = None,
    public: str | None = None,
    ask: bool = True,
) -> str:
    """Return the armored signature over ``data`` (PROTOCOL.sshsig).

    :param key: a private key's file, or its public half where an agent holds it.
    :param public: without ``key``: the public key whose private half ssh-agent or
        ``~/.ssh`` holds, in one line.
    :param ask: whether ssh-keygen may ask for a passphrase at the terminal.
    :raises SignatureError: there is no such private key at hand, or it was not unlocked.
    """
    if key is not None:
        return _sign(data, namespace, key, ask=ask)
    if public is None:
        raise SignatureError("say with which key to sign: --key FILE")
    with _folder({"key.pub": f"{public}\n"}) as folder:
        if os.environ.get("SSH_AUTH_SOCK"):
            try:
                return _sign(data, namespace, folder / "key.pub", ask=ask)
            except SignatureError:
                pass  # the agent does not hold it; a file may
    return _sign(data, namespace, _own_file(public), ask=ask)


def verify(  # noqa: PLR0913 - what a signature is held against
    data: bytes, signature: str, *, namespace: str, person: str, signers: str, at: str
) -> None:
    """Check a signature as of a time.

    :param signers: lines of ALLOWED SIGNERS, in which ``person`` is the principal.
    :param at: RFC 3339 UTC; the key must be valid then.
    :raises SignatureError: it is not that person's signature over this, or not then.
    """
    files = {"signers": signers, "signature": signature}
    with _folder(files) as folder:
        command = ["-Y", "verify", "-f", str(folder / "signers"), "-I", person, "-n", namespace]
        command += ["-s", str(folder / "signature"), "-O", f"verify-time={ssh_time(at)}"]
        done = _run(command, data, ask=False)
    if done.returncode != 0:
        raise SignatureError("it is no signature of {person}: {reason}", **_why(done, person))


def ssh_time(at: str) -> str:
    """Write an RFC 3339 UTC time for ``verify-time=``, to be read with ``TZ=UTC``."""
    return "".join(mark for mark in at[:19] if mark.isdigit())


def bare_key(key: str) -> str:
    """Return the type and the key of a public key's line, without the comment."""
    return " ".join(key.split()[:2])


def _own_file(public: str) -> Path:
    """The private key in the user's own folder that belongs to a public one."""
    for path in sorted((Path.home() / ".ssh").glob("*.pub")):
        try:
            same = bare_key(path.read_text(encoding="utf-8", errors="replace")) == bare_key(public)
        except OSError:
            continue
        if same and path.with_suffix("").exists():
            return path.with_suffix("")
    raise SignatureError(
        "the private half of your key is neither in ssh-agent nor in ~/.ssh; "
        "add it with ssh-add, or name its file with --key FILE"
    )


def _sign(data: bytes, namespace: str, key: Path, *, ask: bool) -> str:
    if not key.exists():
        raise SignatureError("there is no key {file}", file=str(key))
    done = _run(["-Y", "sign", "-q", "-f", str(key), "-n", namespace], data, ask=ask)
    if done.returncode != 0 or not done.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise SignatureError("the key {file} did not sign: {reason}", **_why(done, str(key)))
    return done.stdout.decode("ascii", errors="replace")


def _why(done: subprocess.CompletedProcess[bytes], about: str) -> dict[str, str]:
    lines = done.stderr.decode(errors="replace").replace("\r", "").splitlines()
    told = [line.strip() for line in lines if line.strip() and "Signing data" not in line]
    said = [line.strip() for line in done.stdout.decode(errors="replace").splitlines()]
    return {"person": about, "file": about, "reason": "; ".join(told or said) or "ssh-keygen"}


def _run(arguments: Sequence[str], data: bytes, *, ask: bool) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - a fixed program; arguments are no shell's
            [PROGRAM, *arguments],
            input=data,
            capture_output=True,
            env=_environment(os.environ, ask=ask),
            start_new_session=not ask,  # without a terminal it cannot ask
            timeout=_LONGEST,
            check=False,
        )
    except FileNotFoundError:
        raise NoProgramError(
            "ssh-keygen is not installed here; signatures need OpenSSH 8.9 or later"
        ) from None
    except subprocess.TimeoutExpired:
        raise SignatureError("ssh-keygen got no answer in {seconds} s", seconds=_LONGEST) from None


def _environment(given: Mapping[str, str], *, ask: bool) -> dict[str, str]:
    """Times are UTC; a program that asks in a window is let alone unless asking is meant."""
    env = {**given, "TZ": "UTC", "LC_ALL": "C"}
    return env if ask else {**env, "SSH_ASKPASS_REQUIRE": "never"}


@contextmanager
def _folder(files: Mapping[str, str]) -> Iterator[Path]:
    with TemporaryDirectory(prefix="handrail-") as name:
        folder = Path(name)
        for file, text in files.items():
            path = folder / file
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
        yield folder
