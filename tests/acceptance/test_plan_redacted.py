"""Somebody leaves a site that goes by keys, and asks to be forgotten."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64decode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from agreement_play import does, key_of, plan_with, revised
from traces_play import holding_key

from handrail.engine.documents.source import read_source

if TYPE_CHECKING:
    from pathlib import Path

    from cli_play import Desk

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH")

CASE, PERSON = "DOC-north-museum", "suspicious-person"
KEYED = ("identify: claimed", "identify: key")
BY = ("anna", "greta", "helena", "julia")
ANNA = ("  anna: {name: Anna Berg, account: anna, roles: [guard]}\n", "")
HELENA = "  helena: {name: Helena Dahl, account: helena, roles: [director]}\n"
COMMANDS = {"sha256sum", "TZ=UTC", "while"}
WHY = ("--why", "asked for", "--basis", "GDPR art. 17", "--yes")


def signing(desk: Desk, person: str) -> tuple[str, ...]:
    return ("--as", person, "--key", str(key_of(desk.home, person)))


def put_in_force(desk: Desk, path: Path, by: str) -> None:
    does(desk, "register", path, *signing(desk, "greta"))
    does(desk, "agree", "north-museum", *signing(desk, by))


@pytest.fixture
def keyed(desk: Desk) -> Desk:
    """A site with keys; anna did something, helena agreed to a document."""
    path = plan_with(desk, 2, KEYED, keys=BY)
    does(desk, "register", path, "--as", "greta")
    does(desk, "agree", "north-museum", "--as", "helena")
    does(desk, "note", "1", "a grey van", *signing(desk, "anna"))
    does(desk, "register", revised(desk, PERSON, 2), *signing(desk, "greta"))
    does(desk, "agreement", "start", PERSON, *signing(desk, "greta"))
    does(desk, "agreement", "step", PERSON, "no-objection", *signing(desk, "julia"))
    does(desk, "agree", PERSON, *signing(desk, "helena"))
    return desk


def blob(desk: Desk, person: str) -> bytes:
    """A person's public key, decoded: signatures hold it as well."""
    return b64decode(key_of(desk.home, person).with_suffix(".pub").read_text("ascii").split()[1])


def verified(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = desk("audit", "verify", "--depth", "legal", "--json").json
    return found


def kinds(found: list[str]) -> set[str]:
    """What holds a key: the names in the disclosures, each a list of salt, name and value."""
    return {text.split('"')[3] for text in found}


def test_a_step_can_be_told_of_but_its_signature_cannot_be_checked(keyed: Desk) -> None:
    store, key = keyed.home / "museum" / "store.db", blob(keyed, "anna")
    put_in_force(keyed, plan_with(keyed, 3, KEYED, ANNA, keys=BY[1:]), "helena")
    assert verified(keyed)["unchecked"] == 0
    assert kinds(holding_key(store, key)) == {"key", "signature"}
    helena = signing(keyed, "helena")
    refused = keyed("audit", "redact", CASE, "--person", "greta", *WHY, *helena)
    assert (refused.code, "without them" in refused.err) == (5, True), refused
    assert (
        "3 removed" in does(keyed, "audit", "redact", CASE, "--person", "anna", *WHY, *helena).out
    )
    found = verified(keyed)
    assert (found["verdict"], found["findings"], found["unchecked"]) == ("OK", [], 1)
    said = keyed("audit", "verify", "--depth", "legal")
    assert "1 signature cannot be checked any more" in said.out
    assert kinds(holding_key(store, key)) == {"signature"}
    does(keyed, "audit", "redact", "1", "--person", "anna", *WHY, *helena)
    assert holding_key(store, key) == []
    again = verified(keyed)
    assert (again["verdict"], again["findings"], again["unchecked"]) == ("OK", [], 1)


def test_of_one_who_left_nothing_is_left(keyed: Desk) -> None:
    store, key, helena = keyed.home / "museum" / "store.db", blob(keyed, "anna"), "helena"
    everywhere = ("audit", "redact", "--person", "anna", *WHY, *signing(keyed, helena))
    assert keyed(*everywhere).code == 5  # the plan in force holds her
    assert keyed("audit", "redact", "--title", "--person", "anna", *WHY).code == 2
    put_in_force(keyed, plan_with(keyed, 3, KEYED, ANNA, keys=BY[1:]), "helena")
    assert holding_key(store, key)
    said = does(keyed, *everywhere)
    assert said.out.index("INC-") < said.out.index(CASE)
    assert holding_key(store, key) == []
    found = verified(keyed)
    assert (found["verdict"], found["findings"], found["unchecked"]) == ("OK", [], 1)


def test_an_agreement_stays_without_what_showed_whose_it_is(keyed: Desk) -> None:
    put_in_force(keyed, plan_with(keyed, 3, KEYED, victor(keyed), keys=BY), "helena")
    rest = ("anna", "greta", "julia")
    path = plan_with(keyed, 4, KEYED, victor(keyed), (HELENA, ""), keys=rest)
    put_in_force(keyed, path, "victor")
    by = signing(keyed, "victor")
    assert verified(keyed)["unchecked"] == 0
    does(keyed, "audit", "redact", CASE, "--person", "helena", *WHY, *by)
    found = verified(keyed)
    assert (found["verdict"], found["findings"]) == ("OK", [])
    assert found["unchecked"] > 1  # of agreements, and of records
    page = does(keyed, "agreement", "show", PERSON, "--verify", *by)
    assert "the signature was redacted, or its key" in page.out
    folder = keyed.home / "package"
    does(keyed, "agreement", "export", PERSON, folder, *by)
    text = (folder / "VERIFY.txt").read_text("utf-8")
    assert "REDACTED: it was signed" in text
    assert not list(folder.glob("*.sig"))


def victor(desk: Desk) -> tuple[str, str]:
    """A second director, who can agree when helena is gone."""
    key = key_of(desk.home, "victor").with_suffix(".pub").read_text("ascii").strip()
    line = f'  victor: {{name: Victor Holm, account: victor, key: "{key}", roles: [director]}}\n'
    return "\npeople:\n", f"\npeople:\n{line}"


def test_the_package_of_a_plan_shows_what_its_digests_stand_for(keyed: Desk) -> None:
    folder, helena = keyed.home / "package", signing(keyed, "helena")
    put_in_force(keyed, plan_with(keyed, 3, KEYED, keys=BY), "helena")
    does(keyed, "agreement", "export", "north-museum", folder, *helena)
    digest = sha256((folder / "document.json").read_bytes()).hexdigest()
    parts = re.findall(r"(?m)(?:^    .+\n)+", (folder / "VERIFY.txt").read_text("utf-8"))
    typed = [part.replace(digest, "") for part in parts if part.split()[0] in COMMANDS]
    assert len(typed) == 4
    said = [in_a_shell(part, folder) for part in typed]
    stored = json.loads((folder / "document.json").read_text("utf-8"))
    assert digest in "".join(parts)
    digests = [place["sd"] for one in stored["people"].values() for place in dicts(one)]
    assert sorted(said[2].split()) == sorted(digests)
    text = (folder / "document.yaml").read_text("utf-8")
    opened = read_source(text.encode(), "document.yaml").data
    assert opened["people"]["anna"]["name"] == "Anna Berg"
    assert opened == read_source((keyed.home / "site-3.yaml").read_bytes(), "site-3.yaml").data


def dicts(person: dict[str, Any]) -> list[dict[str, str]]:
    return [value for value in person.values() if isinstance(value, dict)]


def in_a_shell(text: str, folder: Path) -> str:
    done = subprocess.run(["bash", "-ec", text], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, (text, done)
    return done.stdout.decode()
