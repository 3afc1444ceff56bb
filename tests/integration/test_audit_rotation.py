"""A new log key: old checkpoints stay valid, the old key signs nothing more, forgeries show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from audit_play import Site

from handrail.engine.audit.findings import Depth, Verdict
from handrail.engine.audit.verify import verify
from handrail.engine.custody.logkey import held_keys
from handrail.engine.custody.rotate import rotate_key
from handrail.engine.errors import HandrailError, UsageError
from handrail.engine.ledger.checkpoint import Checkpoint, LogKey, VerifierKey
from handrail.engine.refused import RefusedError
from handrail.engine.sign import sign_head
from handrail.engine.store.rows import Filter
from handrail.engine.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from handrail.engine.audit.findings import Result


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    site = Site(tmp_path / "work")
    site.engine.person = "helena"
    return site


def checked(site: Site, keys: list[VerifierKey], *against: str) -> Result:
    with SqliteStore.open(site.path) as store:
        return verify(store, keys, against=against, depth=Depth.INTACT)


def codes(result: Result) -> list[str]:
    return [finding.code for finding in result.findings]


def test_one_who_holds_the_first_key_goes_on_to_the_last(site: Site) -> None:
    before = site.sign()
    first = rotate_key(site.engine)
    site.engine.open("suspicious-person", {}, drill=True)
    between = site.sign()
    second = rotate_key(site.engine)
    assert first["new"] == second["old"]
    site.engine.open("suspicious-object", {}, drill=True)
    last = site.sign()
    for key in (site.key, VerifierKey.parse(first["new"]), VerifierKey.parse(second["new"])):
        result = checked(site, [key], before, between, last, first["note"], second["note"])
        assert result.findings == ()
        assert result.verdict is Verdict.OK
        assert result.anchored == result.records


def test_the_checkpoint_of_the_rotation_is_signed_by_both(site: Site) -> None:
    row = rotate_key(site.engine)
    old, new = VerifierKey.parse(row["old"]), VerifierKey.parse(row["new"])
    assert old.open(row["note"]) == new.open(row["note"])
    assert old == site.key


def test_the_files_are_exchanged_and_the_old_key_is_kept_or_not(site: Site) -> None:
    folder = site.workspace.key.parent
    row = rotate_key(site.engine)
    kept = folder / f"log.{site.key.id.hex()}.pem"
    assert row["kept"] == str(kept)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert site.workspace.key.stat().st_mode & 0o777 == 0o600
    origin = site.engine.store.origin
    assert str(LogKey.load(site.workspace.key, origin).verifier) == row["new"]
    assert [str(key) for key in held_keys(site.workspace)] == [row["new"], row["old"]]
    again = rotate_key(site.engine, destroy=True)
    assert again["kept"] is None
    assert not (folder / f"log.{VerifierKey.parse(row['new']).id.hex()}.pem").exists()
    assert not (folder / "log.new.pem").exists()


def test_a_stolen_key_signs_nothing_after_it_was_replaced(site: Site) -> None:
    origin = site.engine.store.origin
    stolen = LogKey.load(site.workspace.key, origin)
    rotate_key(site.engine)
    site.engine.open("suspicious-person", {}, drill=True)
    with site.engine.reading() as reader:
        head = reader.head()
    note = stolen.sign(Checkpoint(origin=origin, size=head.size, root=head.root))
    assert codes(checked(site, [site.key], note)) == ["anchor-forged"]


def test_a_key_that_was_slipped_in_is_found(site: Site) -> None:
    origin = site.engine.store.origin
    mine = LogKey.generate(origin)
    draft: dict[str, Any] = {
        "type": "key-rotated", "case": "LOG", "drill": False,
        "occurred": "2026-11-21T10:00:00.000000Z",
        "actor": {"id": "helena", "roles": [], "how": "claimed", "host": "x"},
        "old": str(site.key), "new": str(mine.verifier), "signature": mine.approve(mine.verifier),
    }  # fmt: skip
    with site.engine.writing() as writer:
        list(site.engine.casebook.write(writer, [draft]))
        head = writer.head()
    note = mine.sign(Checkpoint(origin=origin, size=head.size, root=head.root))
    found = codes(checked(site, [site.key], note))
    assert sorted(found) == ["anchor-forged", "key-forged"]


def test_a_lost_key_is_followed_only_by_one_who_was_told_both(site: Site) -> None:
    before = site.sign()
    site.workspace.key.unlink()
    with pytest.raises(HandrailError):
        rotate_key(site.engine)
    row = rotate_key(site.engine, lost=True)
    assert (row["signed"], row["kept"]) == (False, None)
    after = sign_head(site.engine).note
    new = VerifierKey.parse(row["new"])
    assert checked(site, [site.key, new], before, after).verdict is Verdict.OK
    assert "key-forged" in codes(checked(site, [site.key], before, after))


def test_a_rotation_that_was_cut_off_is_finished_by_the_next_signature(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("handrail.engine.custody.rotate.settle", cut)
        with pytest.raises(KeyboardInterrupt):
            rotate_key(site.engine)
    note = site.sign()
    (new, old) = held_keys(site.workspace)
    assert (old, new.open(note).size) == (site.key, checked(site, [site.key], note).records)
    assert checked(site, [site.key], note).verdict is Verdict.OK


def test_a_key_that_is_there_is_not_lost(site: Site) -> None:
    with pytest.raises(UsageError, match="leave out --lost"):
        rotate_key(site.engine, lost=True)
    with site.engine.reading() as reader:
        assert not list(reader.log(Filter(type="key-rotated")))


def test_a_rotation_after_one_that_was_cut_off_goes_on_from_the_new_key(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("handrail.engine.custody.rotate.settle", cut)
        with pytest.raises(KeyboardInterrupt):
            rotate_key(site.engine)
    row = rotate_key(site.engine)
    assert row["old"] != str(site.key)
    assert checked(site, [site.key], row["note"]).verdict is Verdict.OK


def test_an_old_key_put_back_does_not_sign(site: Site) -> None:
    row = rotate_key(site.engine)
    site.workspace.key.write_bytes(Path(row["kept"]).read_bytes())
    with pytest.raises(HandrailError, match="not the key that the log has now"):
        site.sign()


def test_only_management_may(site: Site) -> None:
    site.engine.person = "anna"
    with pytest.raises(RefusedError) as refused:
        rotate_key(site.engine)
    assert refused.value.exit_code == 4
    with site.engine.reading() as reader:
        rows = [json.loads(row.data) for row in reader.log(Filter(type="rotate-refused"))]
    assert [row["actor"]["id"] for row in rows] == ["anna"]
    assert not (site.workspace.key.parent / "log.new.pem").exists()
