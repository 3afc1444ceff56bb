from __future__ import annotations

import stat
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.errors import HandrailError, UsageError
from handrail.engine.ledger.checkpoint import (
    Checkpoint,
    LogKey,
    NoteError,
    UnsignedError,
    VerifierKey,
    open_checkpoint,
)

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "handrail.north-museum.example/log"
KEY = LogKey.generate(ORIGIN)
HEAD = Checkpoint(origin=ORIGIN, size=20852163, root=bytes(range(32)))
NOTE = KEY.sign(HEAD)

# golang.org/x/mod/sumdb/note, note_test.go: the key and note of its tests.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETER_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_NOTE = (
    PETER_TEXT + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
    "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of C2SP tlog-checkpoint.
C2SP_TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def resigned(text: str, key: LogKey = KEY) -> str:
    """Sign any text at all, as a thief of the key could."""
    signature = key._private.sign(text.encode())
    return f"{text}\n— {ORIGIN} {b64encode(key.verifier.id + signature).decode()}\n"


def test_the_known_key_is_read_and_written() -> None:
    key = VerifierKey.parse(PETER)
    assert key.name == "PeterNeumann"
    assert str(key) == PETER


def test_the_known_signature_verifies_and_is_made_again_byte_for_byte() -> None:
    line = PETER_NOTE.splitlines()[-1].split(" ")[2]
    signature = b64decode(line)[4:]
    key = VerifierKey.parse(PETER)
    assert b64decode(line)[:4] == key.id
    assert key.signed(PETER_TEXT, signature)
    assert not key.signed(PETER_TEXT.replace("answer", "question"), signature)
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - one test

    ours = LogKey("PeterNeumann", ed25519.Ed25519PrivateKey.from_private_bytes(PETER_SEED))
    assert str(ours.verifier) == PETER
    assert ours._private.sign(PETER_TEXT.encode()) == signature


def test_the_known_note_is_well_signed_but_no_checkpoint() -> None:
    with pytest.raises(NoteError, match="three full lines"):
        VerifierKey.parse(PETER).open(PETER_NOTE)


def test_the_example_of_the_specification() -> None:
    checkpoint = Checkpoint.parse(C2SP_TEXT)
    assert checkpoint.size == 20852163
    assert checkpoint.origin == "example.com/behind-the-sofa"
    assert checkpoint.text() == C2SP_TEXT


def test_what_was_signed_opens() -> None:
    assert KEY.verifier.open(NOTE) == HEAD
    assert VerifierKey.parse(f" {KEY.verifier}\n").open(NOTE) == HEAD


@given(st.integers(0, 10**17), st.binary(min_size=32, max_size=32))
def test_every_head_goes_there_and_back(size: int, root: bytes) -> None:
    head = Checkpoint(origin=ORIGIN, size=size, root=root)
    assert Checkpoint.parse(head.text()) == head


def test_a_note_altered_anywhere_or_cut_short_does_not_open() -> None:
    for at in range(len(NOTE)):
        altered = NOTE[:at] + chr(ord(NOTE[at]) ^ 1) + NOTE[at + 1 :]
        for bad in (altered, NOTE[:at]):
            with pytest.raises(NoteError):
                KEY.verifier.open(bad)


def test_a_verifier_key_mistyped_anywhere_is_refused() -> None:
    text = str(KEY.verifier)
    for at in range(len(text)):
        with pytest.raises(UsageError):
            VerifierKey.parse(text[:at] + chr(ord(text[at]) + 1) + text[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "",
        "name",
        "name+00000000+",
    ],
)
def test_keys_of_another_length_or_kind_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a verifier key"):
        VerifierKey.parse(text)


def test_another_key_of_the_same_name_does_not_open_it() -> None:
    with pytest.raises(UnsignedError, match="not signed by the log") as caught:
        LogKey.generate(ORIGIN).verifier.open(NOTE)
    assert caught.value.params["size"] == HEAD.size


def test_unknown_lines_are_passed_over_and_a_second_key_may_sign() -> None:
    new = LogKey.generate(ORIGIN)
    line = NOTE.rpartition("\n\n")[2]
    both = NOTE + new.sign(HEAD).rpartition("\n\n")[2]
    witness = LogKey.generate("witness.example").sign(
        Checkpoint(origin="witness.example", size=1, root=bytes(32))
    )
    assert KEY.verifier.open(both) == new.verifier.open(both) == HEAD
    assert KEY.verifier.open(HEAD.text() + "\n" + witness.rpartition("\n\n")[2] + line) == HEAD
    assert open_checkpoint(NOTE, [new.verifier, KEY.verifier]) == HEAD


def test_a_wrong_line_of_a_known_key_spoils_the_note() -> None:
    wrong = KEY.sign(Checkpoint(origin=ORIGIN, size=1, root=bytes(32))).rpartition("\n\n")[2]
    with pytest.raises(UnsignedError, match="the text was altered"):
        KEY.verifier.open(NOTE + wrong)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{ORIGIN}\n1\n", "three full lines"),
        (f"{ORIGIN}\n\n1\n{'A' * 43}=\n", "three full lines"),
        (f"{ORIGIN}\n01\n{'A' * 43}=\n", "is not a size"),
        (f"{ORIGIN}\n-1\n{'A' * 43}=\n", "is not a size"),
        (f"{ORIGIN}\n\uff11\n{'A' * 43}=\n", "is not a size"),
        (f"{ORIGIN}\n{'9' * 5000}\n{'A' * 43}=\n", "is not a size"),
        (f"{ORIGIN}\n1\n{'A' * 43}\n", "is not a root"),
        (f"{ORIGIN}\n1\n{'A' * 42}B=\n", "is not a root"),
        (f"{ORIGIN}\n1\nAAAA\n", "is not a root"),
        (f"elsewhere\n1\n{'A' * 43}=\n", "of another log"),
    ],
)
def test_well_signed_nonsense_is_refused(text: str, message: str) -> None:
    with pytest.raises(NoteError, match=message):
        KEY.verifier.open(resigned(text))


def test_extension_lines_are_passed_over() -> None:
    assert KEY.verifier.open(resigned(HEAD.text() + "anything\nelse\n")) == HEAD


@pytest.mark.parametrize("bad", ["\x00", "\t", "\r", "\ud800", "\x1f"])
def test_characters_that_no_note_may_hold(bad: str) -> None:
    with pytest.raises(NoteError, match="characters"):
        KEY.verifier.open(NOTE.replace("\n20852163", f"{bad}\n20852163", 1))


def test_a_flood_of_signatures_is_refused() -> None:
    line = NOTE.rpartition("\n\n")[2]
    assert KEY.verifier.open(NOTE + line * 99) == HEAD
    with pytest.raises(NoteError, match="no signature lines"):
        KEY.verifier.open(NOTE + line * 100)


@pytest.mark.parametrize("name", ["", "with space", "a+b", "tab\t", "new\nline", "nbsp\u00a0"])
def test_a_name_that_no_key_may_have(name: str) -> None:
    with pytest.raises(UsageError):
        LogKey.generate(name)


def test_a_key_signs_for_its_own_log_only() -> None:
    with pytest.raises(ValueError, match="does not sign for"):
        KEY.sign(Checkpoint(origin="elsewhere", size=1, root=bytes(32)))


def test_the_key_is_saved_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "log.pem"
    KEY.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert LogKey.load(path, ORIGIN).verifier == KEY.verifier
    assert LogKey.load(path, ORIGIN).sign(HEAD) == NOTE


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "log.pem"
    path.write_text("precious")
    with pytest.raises(HandrailError, match="cannot be written: File exists"):
        KEY.save(path)
    assert path.read_text() == "precious"


def test_what_is_no_key_says_so(tmp_path: Path) -> None:
    lost = "put it back from where you keep its copy; .* handrail audit rotate-key --lost"
    with pytest.raises(HandrailError, match=rf"is missing: {lost}"):
        LogKey.load(tmp_path / "none.pem", ORIGIN)
    with pytest.raises(HandrailError, match=r"cannot be read .*: give yourself permission"):
        LogKey.load(tmp_path, ORIGIN)
    (tmp_path / "bad.pem").write_text("nonsense")
    with pytest.raises(HandrailError, match=rf"is not a log key: {lost}"):
        LogKey.load(tmp_path / "bad.pem", ORIGIN)


def test_another_kind_of_key_or_one_under_a_passphrase_says_so(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - one test
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - one test

    other = ec.generate_private_key(ec.SECP256R1())
    plain, hidden = form.NoEncryption(), form.BestAvailableEncryption(b"secret")
    for name, lock in (("ec.pem", plain), ("hidden.pem", hidden)):
        pem = other.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock)
        (tmp_path / name).write_bytes(pem)
    with pytest.raises(HandrailError, match="is not an Ed25519 key"):
        LogKey.load(tmp_path / "ec.pem", ORIGIN)
    with pytest.raises(HandrailError, match="is not a log key"):
        LogKey.load(tmp_path / "hidden.pem", ORIGIN)
