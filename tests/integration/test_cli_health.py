"""``doctor`` and the ways in which a workspace or its store can be broken."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from handrail.engine.ledger.checkpoint import LogKey
from handrail.engine.ledger.many import Built

if TYPE_CHECKING:
    from cli_play import Desk

STORE = Path("museum/store.db")
KEY = Path("museum/keys/log.pem")
VKEY = Path("museum/keys/log.vkey")
MARK = Path("museum/handrail.yaml")


def statuses(desk: Desk) -> dict[str, str]:
    return {row["code"]: row["status"] for row in desk("doctor", "--json").json["checks"]}


def test_a_sound_workspace_has_no_errors(desk: Desk) -> None:
    said = desk("doctor", "--as", "anna")
    assert said.code == 0, said
    assert "you are anna" in said.out


def test_the_key_must_be_there_and_closed(desk: Desk) -> None:
    KEY.chmod(0o644)
    assert statuses(desk)["log-key"] == "error"
    assert "chmod 600" in desk("doctor").out
    KEY.unlink()
    said = desk("doctor")
    assert said.code == 3
    assert "log key" in said.out
    assert "handrail audit rotate-key --lost" in said.out
    assert "handrail audit rotate-key --lost" in desk("audit", "checkpoint").err


@pytest.mark.parametrize("junk", [None, b"", b"junk\n", b"\xff\xfe"])
def test_the_verifier_key_is_derived_where_its_file_is_none(desk: Desk, junk: bytes | None) -> None:
    VKEY.unlink() if junk is None else VKEY.write_bytes(junk)
    assert statuses(desk)["verifier-key"] == "error"
    assert desk("audit", "verify").out.startswith("OK")
    KEY.unlink()
    said = desk("audit", "verify")
    assert said.code == 1, said
    assert "log.vkey" in said.err
    assert "put back its copy" in " ".join(said.err.split())


def test_doctor_compares_the_two_halves_of_the_key(desk: Desk) -> None:
    other = LogKey.generate(VKEY.read_text("utf-8").partition("+")[0])
    VKEY.write_text(f"{other.verifier}\n", "utf-8")
    assert statuses(desk)["verifier-key"] == "error"
    KEY.write_text("junk", "utf-8")
    assert statuses(desk)["log-key"] == "error"


@pytest.mark.parametrize(
    ("built", "status", "what"),
    [
        (Built.USED, "ok", "audit verify: compiled"),
        (Built.REFUSED, "ok", "HANDRAIL_PURE"),
        (Built.MISSING, "ok", "was not built here"),
        (Built.OLD, "warning", "uv sync --reinstall-package handrail"),
    ],
)
def test_doctor_says_whether_verification_is_compiled(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, built: Built, status: str, what: str
) -> None:
    monkeypatch.setattr("handrail.engine.ledger.many.BUILT", built)
    assert statuses(desk)["compiled"] == status
    assert what in " ".join(desk("doctor").out.split())


@pytest.mark.parametrize("file", ["site.yaml", "handrail.yaml", "keys/log.vkey", "keys/log.pem"])
def test_doctor_goes_on_past_a_file_that_may_not_be_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    whole = Path.open

    def closed(path: Path, *how: Any, **more: Any) -> Any:
        if path.as_posix().endswith(file):
            raise PermissionError(13, "Permission denied", str(path))
        return whole(path, *how, **more)

    monkeypatch.setattr(Path, "open", closed)
    said = desk("doctor")
    assert said.code == 3, said
    assert "museum/keys/" in said.out


def test_records_that_wait_for_a_mirror_for_long_are_a_warning(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    MARK.write_text(f"{MARK.read_text('utf-8')}mirrors: {{siem: {{to: syslog}}}}\n", "utf-8")
    monkeypatch.setattr("handrail.cli.mirrors.SLOW", timedelta(days=1))
    assert statuses(desk)["mirror"] == "ok"
    monkeypatch.setattr("handrail.cli.mirrors.SLOW", timedelta())
    assert statuses(desk)["mirror"] == "warning"
    assert "handrail watch" in desk("doctor").out
    place = Path("museum/mirrors/siem.json")
    place.parent.mkdir()
    place.write_text('{"log": "other", "sent": 1, "leaf": "00"}', "utf-8")
    assert "exchanged or rolled back" in " ".join(desk("doctor").out.split())


def test_a_missing_site_has_its_mend(desk: Desk) -> None:
    Path("museum/site.yaml").unlink()
    assert statuses(desk)["file"] == "warning"
    assert "put it back" in desk("doctor").out


@pytest.mark.parametrize(
    ("data", "code", "what"),
    [
        (b"", 10, "kind: workspace"),
        (b"handrail: 1\nstore: store.db\n", 10, "kind: workspace"),
        (b"kind: workspace\nstore: caf\xe9.db\n", 1, "line 2: this is not UTF-8"),
        (b"kind: workspace\nstore: [a, b]\n", 1, "line 2: the store"),
        (b"kind: workspace\nstore: {a: b}\n", 1, "line 2: the store"),
        (b"kind: workspace\nstore:\n  - a\n", 1, "line 2: the store"),
    ],
)
def test_a_workspace_file_that_says_nothing_usable(
    desk: Desk, data: bytes, code: int, what: str
) -> None:
    MARK.write_bytes(data)
    said = desk("next", "1")
    assert said.code == code, said
    assert "handrail.yaml" in said.err
    assert what in " ".join(said.err.split())
    assert "codec" not in said.err


def test_a_file_that_was_edited_wrong_is_shown(desk: Desk) -> None:
    site = Path("museum/site.yaml")
    site.write_text(site.read_text("utf-8").replace("kind: site", "kind: sight", 1), "utf-8")
    assert statuses(desk)["file"] == "error"


def test_no_workspace_is_an_error_with_its_mend(desk: Desk, tmp_path: Path) -> None:
    said = desk("doctor", "--workspace", tmp_path / "none")
    assert said.code == 3
    assert "handrail init" in said.out


def missing(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE something (a)")
    other.close()


def not_a_database(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to be one" * 100)


def newer(path: Path) -> None:
    with sqlite3.connect(path) as store:
        store.execute("PRAGMA user_version = 9999")
    store.close()


@pytest.mark.parametrize("fault", [missing, empty, foreign, not_a_database, newer])
def test_a_store_that_is_not_one_is_said_and_left_alone(desk: Desk, fault: object) -> None:
    for other in STORE.parent.glob("store.db-*"):
        other.unlink()
    fault(STORE)  # type: ignore[operator]
    before = STORE.read_bytes() if STORE.exists() else None
    for words in (["next", "1"], ["note", "1", "x", "--as", "anna"], ["audit", "verify"]):
        said = desk(*words)
        assert said.code == 1, said
        assert said.err.startswith("handrail: ")
        assert "Traceback" not in said.err
        assert not list(desk.home.glob("state/handrail/crash-*")), said
    assert (STORE.read_bytes() if STORE.exists() else None) == before
    assert statuses(desk)["store"] == "error"


def test_a_store_can_be_named(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(STORE.read_bytes())
    assert desk("next", "1", "--store", other).code == 0
    assert desk("next", "1", "--store", tmp_path / "none.db").code == 1
    said = desk("next", "1", "--store", "mysql://there/db")
    assert said.code in {1, 2}
    assert "SQLite" in said.err


def test_the_nearest_workspace_upward_is_used(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HANDRAIL_WORKSPACE")
    monkeypatch.chdir("museum/protocols")
    assert desk("next", "1").code == 0
    monkeypatch.chdir("/")
    assert desk("next", "1").code == 10


def test_init_makes_a_whole_workspace_or_none(desk: Desk, tmp_path: Path) -> None:
    assert desk("init", "museum").code == 2
    assert desk("init", tmp_path / "new", "--pack", "muesum").code == 10
    assert not (tmp_path / "new").exists()
    assert desk("init", tmp_path / "new", "--site", "Our House").code == 0
    assert (tmp_path / "new" / "keys" / "log.pem").stat().st_mode & 0o077 == 0
    assert "Our House" in (tmp_path / "new" / "site.yaml").read_text("utf-8")


def test_verify_is_unanchored_without_anything_from_outside(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert desk("audit", "verify").out.startswith("OK")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    said = desk("audit", "verify")
    assert said.code == 3
    assert said.out.startswith("UNANCHORED")


def test_a_checkpoint_from_outside_shows_what_was_altered(desk: Desk, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    desk("audit", "checkpoint", "--out", note)
    assert desk("audit", "verify", "--against", note).code == 0
    with sqlite3.connect(STORE) as store:
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            store.execute(f"DROP TRIGGER {name}")
        store.execute(
            "UPDATE record SET data = CAST(replace(CAST(data AS TEXT), 'anna', 'bram') AS BLOB)"
            " WHERE seq = (SELECT max(seq) FROM record)"
        )
    store.close()
    said = desk("audit", "verify", "--against", note)
    assert said.code == 3
    assert "record-altered" in said.out
    assert said.out.splitlines()[-1].startswith("FAIL")


def test_a_checkpoint_that_is_none_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("not a note\n")
    said = desk("audit", "verify", "--against", tmp_path / "note.txt")
    assert said.code in {1, 2}
    assert "not a signed note" in said.err
    assert desk("audit", "verify", "--against", tmp_path / "none.txt").code == 10


def test_words_that_are_no_text_are_refused(desk: Desk) -> None:
    said = desk("note", "1", "caf\udce9", "--as", "anna")
    assert said.code == 2
    assert "“caf\\xe9” is not UTF-8" in said.err


def test_a_locale_as_the_system_names_it_is_a_language(desk: Desk) -> None:
    assert "Maak contact" in desk("next", "1", "--lang", "nl_NL.UTF-8").out
    unknown = desk("next", "1", "--lang", "xx")
    assert "Make contact" in unknown.out
    assert "the program speaks en, nl" in unknown.err
    assert desk("next", "1", "--lang", "en-GB").err == ""


def test_what_is_no_language_in_the_environment_is_english(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for word in ("dutch", "../../etc", "C"):
        monkeypatch.setenv("HANDRAIL_LANG", word)
        said = desk("show", "1")
        assert "Make contact" in said.out
        assert said.err == ""
