"""Roles as of then: those of the day, and for a minute those of the day before."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.audit.legal.case import Incident
from handrail.engine.audit.legal.then import Moment, Snapshot
from handrail.engine.machine.site import Site, build_site

DAYS = [f"2026-03-{day:02}" for day in range(1, 8)]


def site(*tenures: dict[str, str]) -> Site:
    return build_site(
        {
            "id": "here",
            "title": "Here",
            "identify": "claimed",
            "roles": {"guard": {"title": "Guard"}},
            "people": {"anna": {"roles": [{"role": "guard", **one} for one in tenures]}},
        }
    )


def moment_of(plan: Site) -> Moment:
    nothing: Any = None  # is asked for documents only
    moment = Moment(Snapshot(nothing, {}, {}), None)
    moment._plan = plan
    return moment


def test_a_role_that_lasted_a_minute_longer_does_not_last_the_day() -> None:
    """What was found to be right just after midnight is not right at noon."""
    reader: Any = SimpleNamespace(entries=lambda _: iter(()))
    incident = Incident("INC-1", SimpleNamespace(), reader, print)  # type: ignore[arg-type]
    moment = moment_of(site({"to": "2026-03-01"}))

    def fault(time: str) -> Any:
        actor = {"id": "anna", "roles": ["guard"], "how": "claimed", "host": "h"}
        head = {"type": "noted", "recorded": time, "occurred": time, "actor": actor}
        return incident.check(7, head, moment)

    assert fault("2026-03-02T00:00:30.000000Z") is None
    found = fault("2026-03-02T12:00:00.000000Z")
    assert found is not None
    assert found[1].code == "forged-role"


TENURES = st.lists(
    st.fixed_dictionaries(
        {}, optional={"from": st.sampled_from(DAYS), "to": st.sampled_from(DAYS)}
    ),
    max_size=4,
)


@given(tenures=TENURES, one=st.sampled_from(DAYS), other=st.sampled_from(DAYS))
def test_within_a_period_nobodys_roles_change(
    tenures: list[dict[str, str]], one: str, other: str
) -> None:
    plan = site(*tenures)
    moment, anna = moment_of(plan), plan.people["anna"]
    if moment.period(one) == moment.period(other):
        assert anna.roles(one) == anna.roles(other)
