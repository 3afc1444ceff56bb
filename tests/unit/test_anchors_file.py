from __future__ import annotations

import stat
from pathlib import Path

import pytest

from handrail.engine.anchors.file import FileAnchor
from handrail.engine.anchors.notes import notes_in
from handrail.engine.errors import HandrailError
from handrail.engine.ledger.checkpoint import Checkpoint, LogKey

KEY = LogKey.generate("handrail.local/museum/1f")
NOTES = [
    KEY.sign(Checkpoint(origin=KEY.verifier.name, size=size, root=bytes([size]) * 32))
    for size in range(1, 5)
]


def anchored(tmp_path: Path, *notes: str) -> FileAnchor:
    anchor = FileAnchor(tmp_path / "deep" / "down" / "a.checkpoints")
    for note in notes:
        anchor.append(note)
    return anchor


def test_notes_come_back_in_their_order(tmp_path: Path) -> None:
    anchor = anchored(tmp_path, *NOTES)
    assert anchor.notes() == NOTES


def test_an_anchor_without_a_file_is_empty(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "none")
    assert anchor.notes() == []


def test_only_its_owner_can_read_the_file_and_its_folder(tmp_path: Path) -> None:
    anchor = anchored(tmp_path, NOTES[0])
    assert stat.S_IMODE(anchor.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(anchor.path.parent.stat().st_mode) == 0o700


def test_a_note_cut_short_by_a_loss_of_power_spoils_no_other(tmp_path: Path) -> None:
    whole = f"{NOTES[1]}\n"
    for end in range(len(whole) + 1):
        anchor = anchored(tmp_path / str(end), NOTES[0])
        with anchor.path.open("a", encoding="utf-8") as file:
            file.write(whole[:end])
        anchor.append(NOTES[2])
        found = anchor.notes()
        assert (found[0], found[-1]) == (NOTES[0], NOTES[2])
        assert set(found) <= set(NOTES[:3])


def test_notes_are_found_among_other_text() -> None:
    mail = f"Dear auditor,\n\nhere it is:\n\n{NOTES[0]}\n\nand\n\n{NOTES[1]}\n\nYours\n\n— Anna\n"
    assert list(notes_in(mail)) == NOTES[:2]
    assert list(notes_in(NOTES[0])) == NOTES[:1]
    assert list(notes_in("")) == list(notes_in("— x y\n")) == []


def test_bytes_that_are_no_text_are_passed_over(tmp_path: Path) -> None:
    anchor = anchored(tmp_path, NOTES[0])
    with anchor.path.open("ab") as file:
        file.write(b"\xff\x00\n\n")
    anchor.append(NOTES[1])
    assert anchor.notes() == NOTES[:2]


def test_the_usual_place_is_the_users_state_folder_and_one_for_each_key(tmp_path: Path) -> None:
    place = FileAnchor.usual(KEY.verifier, {"XDG_STATE_HOME": str(tmp_path)}).path
    mark = KEY.verifier.id.hex()
    assert place == (
        tmp_path / "handrail/anchors" / f"handrail.local%2Fmuseum%2F1f+{mark}.checkpoints"
    )
    other = LogKey.generate(KEY.verifier.name).verifier
    assert FileAnchor.usual(other, {"XDG_STATE_HOME": str(tmp_path)}).path != place
    assert FileAnchor.usual(KEY.verifier, {}).path.is_relative_to(Path.home() / ".local/state")


def test_what_cannot_be_written_or_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for base, mend in (
        (None, "set XDG_STATE_HOME"),
        (tmp_path, "under “anchors” in handrail.yaml"),
    ):
        with pytest.raises(HandrailError, match=f"cannot be written .*{mend}"):
            FileAnchor(tmp_path / "file" / "a", base=base).append(NOTES[0])
    with pytest.raises(HandrailError, match="cannot be read: Is a directory"):
        FileAnchor(tmp_path).notes()
