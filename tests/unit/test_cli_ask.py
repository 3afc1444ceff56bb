"""Each answer is checked as it is typed."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from handrail.cli import evidence as files
from handrail.cli.ask import ask
from handrail.engine.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

SESSION: Any = SimpleNamespace(lang="en", say=lambda text, **params: text.format(**params))
MANY = {f"a{at:02d}": f"Asset {at}" for at in range(1, 31)}


@pytest.mark.parametrize(
    ("row", "typed", "expected"),
    [
        ({"type": "yes-no"}, "perhaps\nyes\n", ("yes", "expected yes or no")),
        ({"type": "choice", "of": {"red": "Red"}}, "rde\n1\n", ("red", "did you mean red")),
        ({"type": "number"}, "many\n1.5\n", ("1.5", "expected a number")),
        ({"type": "duration"}, "long\n10m\n", ("10m", "expected a duration")),
        ({"type": "time"}, "25:00\n14:05\n", ("14:05", "expected a time")),
        ({"type": "asset", "of": MANY}, "b99\na30\n", ("a30", "and 18 more; ? shows all")),
        ({"type": "asset", "of": MANY}, "?\n30\n", ("a30", "Asset 30")),
        ({"type": "asset", "of": MANY, "many": True}, "1,x\n1,2\n", ("a01,a02", "“x”")),
        ({"type": "asset", "of": {}}, "van\n", ("van", "f: ")),
    ],
)
def test_a_wrong_answer_is_asked_again_at_once(
    row: dict[str, Any],
    typed: str,
    expected: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    answer, said = expected
    assert ask(SESSION, {"fact": "f", "ask": "Which?", **row}) == answer
    assert said in capsys.readouterr().err


def test_what_is_too_large_to_attach_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tmp_path / "film.mp4"
    with large.open("wb") as opened:
        opened.truncate(files.LARGEST + 1)
    with pytest.raises(UsageError, match="larger than 100 MiB; split it"):
        files.evidence(str(large))
    monkeypatch.setattr(files, "LARGEST", 3)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"four")))
    with pytest.raises(UsageError, match="larger than"):
        files.evidence("-")
