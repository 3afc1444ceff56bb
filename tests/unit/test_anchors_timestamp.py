"""RFC 3161 anchors, with an authority made of ``openssl ts``."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tsa_play import IS_HERE, Authority, certify, openssl, serving

from handrail.engine.anchors.timestamp import TimestampAnchor
from handrail.engine.errors import HandrailError
from handrail.engine.ledger.checkpoint import Checkpoint, LogKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not IS_HERE, reason="there is no openssl to be the authority")

KEY = LogKey.generate("a.example/log")
NOTES = [KEY.sign(Checkpoint(origin="a.example/log", size=n, root=bytes(32))) for n in (7, 12)]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    folder = tmp_path_factory.mktemp("tsa") / "authority"
    certify(folder)
    with serving(folder) as found:
        yield found


def anchor_of(authority: Authority, keep: Path) -> TimestampAnchor:
    day = timedelta(days=1)
    return TimestampAnchor(authority.url, authority.ca, keep, every=day, base=keep.parent)


@pytest.fixture
def anchor(authority: Authority, tmp_path: Path) -> TimestampAnchor:
    made = anchor_of(authority, tmp_path / "keep")
    for at, note in enumerate(NOTES):
        made.publish(note, begun=at > 0)
    return made


def test_notes_come_back_with_the_time_that_the_authority_told(anchor: TimestampAnchor) -> None:
    found = anchor.evidence()
    assert (found.notes, found.wrong, found.problem) == (tuple(NOTES), (), None)
    for note in NOTES:
        told = datetime.fromisoformat(found.stamped[note])
        assert abs(datetime.now(UTC) - told) < timedelta(minutes=1)


def test_openssl_verifies_what_is_kept(
    anchor: TimestampAnchor, authority: Authority, tmp_path: Path
) -> None:
    assert anchor.lacks() is None
    for token in (tmp_path / "keep").glob("*.tsr"):
        note = token.with_suffix(".checkpoint")
        words = ("-verify", "-data", str(note), "-in", str(token), "-CAfile", str(authority.ca))
        assert b"OK" in openssl(tmp_path, "ts", *words)


def test_a_checkpoint_under_another_ones_stamp_does_not_hold(
    anchor: TimestampAnchor, tmp_path: Path
) -> None:
    first, second = sorted((tmp_path / "keep").glob("*.tsr"))
    shutil.copy(first, second)
    found = anchor.evidence()
    assert found.notes == (NOTES[0],)
    assert [size for size, _ in found.wrong] == [12]


def test_a_stamp_of_another_authority_does_not_hold(
    anchor: TimestampAnchor, tmp_path: Path
) -> None:
    assert anchor.evidence().wrong == ()
    certify(tmp_path / "other")
    other = anchor_of(Authority(tmp_path / "other", "http://127.0.0.1:9/"), tmp_path / "keep")
    assert [size for size, _ in other.evidence().wrong] == [7, 12]


def test_a_token_that_is_junk_does_not_hold(anchor: TimestampAnchor, tmp_path: Path) -> None:
    for token in (tmp_path / "keep").glob("*.tsr"):
        token.write_bytes(b"junk")
    assert len(anchor.evidence().wrong) == 2


def test_an_answer_by_somebody_else_is_refused_and_not_kept(
    authority: Authority, tmp_path: Path
) -> None:
    certify(tmp_path / "other")
    mixed = Authority(tmp_path / "other", authority.url)
    with pytest.raises(HandrailError, match="does not hold"):
        anchor_of(mixed, tmp_path / "keep").publish(NOTES[0], begun=False)
    assert not list(tmp_path.glob("keep/*"))


def test_an_authority_that_is_not_there(authority: Authority, tmp_path: Path) -> None:
    gone = anchor_of(authority._replace(url="http://127.0.0.1:9/tsr"), tmp_path / "keep")
    with pytest.raises(HandrailError, match="cannot be reached"):
        gone.publish(NOTES[0], begun=False)


def test_one_that_answers_with_an_error(authority: Authority, tmp_path: Path) -> None:
    (authority.folder / "settings").rename(authority.folder / "away")
    try:
        with pytest.raises(HandrailError, match="HTTP 400"):
            anchor_of(authority, tmp_path / "keep").publish(NOTES[0], begun=False)
    finally:
        (authority.folder / "away").rename(authority.folder / "settings")


def test_a_folder_that_is_gone_is_not_begun_anew(anchor: TimestampAnchor, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "keep")
    with pytest.raises(HandrailError, match="mounted"):
        anchor.publish(NOTES[1], begun=True)


def test_certificates_that_are_none(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate\n")
    anchor = anchor_of(Authority(tmp_path, authority.url), tmp_path / "keep")
    assert "holds no certificates" in str(anchor.lacks())
    assert "holds no certificates" in str(anchor.evidence().problem)


def test_without_openssl_it_says_so(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    anchor = anchor_of(authority, tmp_path / "keep")
    assert "openssl is not there" in str(anchor.lacks())
    with pytest.raises(HandrailError, match="openssl is not there"):
        anchor.publish(NOTES[0], begun=False)
