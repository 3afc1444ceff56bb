"""What a reviewer does with the log's data, by the real command: redact, hold, export, rotate."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from cli_play import Hand

TITLE = "a Mr Quillfeather at the dock"
WHY = ("--why", "his lawyer asked", "--basis", "GDPR art. 17(1)(d)")


def store_files(hand: Hand) -> bytes:
    return b"".join(path.read_bytes() for path in (hand.home / "museum").glob("store.db*"))


def test_a_redaction_from_dry_run_to_proof(museum: Hand) -> None:
    museum.does("open", "suspicious-person", "--title", TITLE, "--as", "anna", "-q")
    museum.does("note", "1", "He said: Quillfeather", "--as", "anna", "-q")
    museum.does("audit", "hold", "1", "--why", "a court asked", "--as", "helena")
    assert "under a legal hold since" in museum.does("show", "1").out
    assert museum.does("show", "1", "--json").json["held"]["by"] == "helena"
    redact = ("audit", "redact", "1", "--person", "Quillfeather", *WHY, "--as", "helena")
    refused = museum(*redact, "--yes")
    assert refused.code == 5
    assert "legal hold" in refused.err
    museum.does("audit", "hold", "1", "--why", "judged", "--release", "--as", "helena")
    assert "legal hold" not in museum.does("show", "1").out
    dry = museum.does(*redact, "--dry-run")
    assert TITLE in dry.out
    assert museum.does("show", "1", "--json").json["title"] == TITLE
    museum.does(*redact, "--yes")
    assert b"Quillfeather" not in store_files(museum)
    assert museum.does("show", "1", "--json").json["title"] == "[redacted]"
    for words in (["show", "1"], ["audit", "show", "1"], ["list"]):
        said = museum.does(*words).out
        assert "[redacted]" in said
        assert "Quillfeather" not in said
    assert museum.does("audit", "checkpoint").code == 0
    row = museum.does("audit", "verify", "--json").json
    assert (row["verdict"], row["redacted"]) == ("OK", 2)
    assert "REDACTED" in museum.does("audit", "verify").out


def test_an_export_is_verified_elsewhere_with_the_key_alone(museum: Hand, tmp_path: Path) -> None:
    museum.does("open", "suspicious-person", "--title", TITLE, "--as", "anna", "-q")
    vkey = (museum.home / "museum/keys/log.vkey").read_text().strip()
    file = tmp_path / "log.jsonl"
    museum.does("audit", "export", "--case", "1", "--out", file, "--as", "anna")
    assert "Quillfeather" not in file.read_text("utf-8")
    row = museum.does(
        "audit", "verify-proof", file, "--key", vkey, "--workspace", "/nowhere", "--json"
    ).json
    assert row["verdict"] == "OK"
    assert len(row["records"]) == len(file.read_text("utf-8").splitlines())
    damaged = file.read_text("utf-8").replace("incident-opened", "incident-0pened")
    file.write_text(damaged, "utf-8")
    assert museum("audit", "verify-proof", file, "--key", vkey).code == 3
    types = [row["type"] for row in museum.does("audit", "log", "--json").lines]
    assert types.count("exported") == 1


def test_after_a_rotation_both_the_old_key_and_the_new_one_verify(museum: Hand) -> None:
    old = (museum.home / "museum/keys/log.vkey").read_text().strip()
    museum.does("audit", "checkpoint")
    row = museum.does("audit", "rotate-key", "--yes", "--as", "helena", "--json").json
    museum.does("open", "suspicious-object", "--drill", "--as", "anna", "-q")
    museum.does("audit", "checkpoint")
    for words in ([], ["--key", row["new"]]):
        assert museum.does("audit", "verify", *words, "--json").json["verdict"] == "OK"
    checkpoint = museum.does("audit", "checkpoint", "--out", museum.home / "mine")
    assert checkpoint.code == 0
    said = museum(
        "audit",
        "verify",
        "--depth",
        "legal",
        "--key",
        old,
        "--against",
        museum.home / "mine",
        "--json",
    )
    assert (said.code, said.json["verdict"]) == (0, "OK")
