"""Settings for VS Code: what is there is kept, what is wrong is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from handrail.engine.documents.editor import schemas, vscode
from handrail.engine.documents.source import read_source
from handrail.engine.errors import UsageError

PROTOCOLS = Path(__file__).parents[2] / "protocols"


def test_settings_are_joined_with_those_that_are_there(tmp_path: Path) -> None:
    place = tmp_path / ".vscode"
    place.mkdir()
    before = {"editor.rulers": [100], "yaml.schemas": {"./mine.json": ["mine/*.yaml"]}}
    (place / "settings.json").write_text(json.dumps(before))
    (place / "extensions.json").write_text('{"recommendations": ["ms-python.python"]}')
    written = vscode(tmp_path)
    after = json.loads(written[0].read_text())
    assert after["editor.rulers"] == [100]
    assert after["yaml.schemas"]["./mine.json"] == ["mine/*.yaml"]
    uri = schemas()["scenario"].as_uri()
    assert after["yaml.schemas"][uri] == ["scenarios/**/*.yaml"]
    extensions = json.loads(written[1].read_text())["recommendations"]
    assert extensions == ["ms-python.python", "redhat.vscode-yaml"]
    assert vscode(tmp_path) == written
    assert json.loads(written[0].read_text()) == after


def test_a_workspace_uses_its_own_schemas(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "site.schema.json").write_text("{}")
    used = json.loads(vscode(tmp_path)[0].read_text())["yaml.schemas"]
    assert used["./schemas/site.schema.json"] == ["site.yaml"]


@pytest.mark.parametrize("text", ["// mine\n{}", "[]", "{"])
def test_what_cannot_be_joined_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    file = tmp_path / ".vscode" / "settings.json"
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(UsageError, match="move it away"):
        vscode(tmp_path)
    assert file.read_text() == text


def test_the_schema_of_any_kind_says_what_that_of_the_kind_says() -> None:
    known = {
        file.name: Resource.from_contents(json.loads(file.read_text("utf-8")))
        for file in schemas().values()
    }
    registry: Registry[dict[str, object]] = Registry().with_resources(known.items())
    any_kind = Draft202012Validator({"$ref": "document.schema.json"}, registry=registry)
    files = [*PROTOCOLS.glob("*.yaml"), *PROTOCOLS.glob("scenarios/*.yaml")]
    for file in [*files, *PROTOCOLS.glob("packs/*/site.yaml")]:
        data = read_source(file.read_bytes(), file.name).data
        assert list(any_kind.iter_errors(data)) == [], file.name
        own = Draft202012Validator({"$ref": f"{data['kind']}.schema.json"}, registry=registry)
        wrong = {**data, "nonsense": 1}
        assert len(list(any_kind.iter_errors(wrong))) == len(list(own.iter_errors(wrong))) == 1
