"""The library as it is shipped: every document checks, every scenario plays, all is visited."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from handrail.engine.documents.check import Checked, check_all
from handrail.engine.documents.coverage import coverage
from handrail.engine.documents.library import packs, shipped
from handrail.engine.documents.render import full
from handrail.engine.documents.scenario import Played, play
from handrail.engine.errors import NotFoundError
from handrail.engine.machine.site import Site, build_site

if TYPE_CHECKING:
    from handrail.engine.machine.definition import Definition


@cache
def checked(pack: str) -> dict[str, Checked]:
    return {one.name: one for one in check_all((one.path, one.data) for one in shipped(pack))}


def definitions(pack: str) -> dict[str, Definition]:
    found = (one.definition for one in checked(pack).values())
    return {one.id: one for one in found if one is not None}


def site(pack: str) -> Site:
    data = checked(pack)["site.yaml"].data
    assert data is not None
    return build_site(data)


@cache
def plays(pack: str) -> list[Played]:
    known, place = definitions(pack), site(pack)
    return [
        play(one.source, one.data, known[one.data["protocol"]], place)
        for one in checked(pack).values()
        if one.source is not None and one.data is not None and one.data["kind"] == "scenario"
    ]


@pytest.mark.parametrize("pack", packs())
def test_every_document_checks_without_a_word(pack: str) -> None:
    for one in checked(pack).values():
        assert not one.findings, full(one.findings)


@pytest.mark.parametrize("pack", packs())
def test_every_scenario_goes_as_written(pack: str) -> None:
    assert plays(pack)
    for one in plays(pack):
        assert one.ok, full(one.findings)


@pytest.mark.parametrize("pack", packs())
def test_the_scenarios_visit_every_state_step_branch_and_deadline(pack: str) -> None:
    for key, definition in definitions(pack).items():
        found = coverage(definition, [one for one in plays(pack) if one.protocol == key])
        missed = [f"{part.kind} {part.name}" for part in found.missed()]
        assert not missed, key


def test_a_pack_holds_a_site_a_lifecycle_and_protocols() -> None:
    for pack in packs():
        kinds = {one.data["kind"] for one in checked(pack).values() if one.data}
        assert {"site", "lifecycle", "protocol", "scenario"} <= kinds
        paths = {one.path.partition("/")[0] for one in shipped(pack)}
        assert paths == {"site.yaml", "protocols", "scenarios"}


def test_an_unknown_pack_is_told_with_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="museum"):
        shipped("musem")
