"""The beginning of a protocol: one that checks, to be filled with what is true at a site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from handrail.engine.documents.authoring.yamlish import Short, written
from handrail.engine.text import say

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KINDS", "Plan", "protocol_text"]

KINDS: Final = ("threat", "procedure", "policy")


class Plan(NamedTuple):
    """What is known about a protocol that is to be written."""

    id: str
    title: str
    kind: str  # one of KINDS
    owner: str  # a role
    by: tuple[str, ...]  # the roles that carry it out
    decide: tuple[str, ...]  # the roles that decide on a policy
    assets: tuple[str, ...] = ()
    adversaries: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    impact: str = "low"  # none | low | medium | high
    costs: str = ""  # what the primary process notices; empty: to be filled in
    carries_out: str | None = None  # the policy above it
    second: str | None = None  # the role of a second person, where the site asks for two
    lang: str = "en"


def protocol_text(plan: Plan, schema: str) -> str:
    """Return the protocol.

    :param schema: where an editor finds the schema, for its first line.
    """
    about = _about(plan)
    body = _BODIES[plan.kind](plan, _Words(plan.lang))
    text = written({**about, **body})
    return f"# yaml-language-server: $schema={schema}\n{text}"


class _Words:
    """The texts of a beginning, in the language of who writes it."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __getitem__(self, name: str) -> str:
        return say(self.lang, TEXTS[name])


def _about(plan: Plan) -> dict[str, Any]:
    words = _Words(plan.lang)
    level = "strategic" if plan.kind == "policy" else "operational"
    data: dict[str, Any] = {"handrail": 1, "kind": "protocol", "id": plan.id, "revision": 1}
    data |= {"title": plan.title, "purpose": words[f"purpose-{plan.kind}"], "owner": plan.owner}
    data |= {"level": level}
    if plan.carries_out:
        data["carries-out"] = plan.carries_out
    registers = ("assets", "adversaries", "methods")
    addresses = {name: list(getattr(plan, name)) for name in registers if getattr(plan, name)}
    if addresses:
        data["addresses"] = addresses
    data["impact"] = {"level": plan.impact, "text": plan.costs or words["costs"]}
    return {**data, "review": Short(every="365d")}


def _apart(states: dict[str, Any]) -> dict[str, Any]:
    """States with a blank line between them; the final ones stand together."""
    found: dict[str, Any] = {}
    for name, state in states.items():
        if found and not ("final" in state and "final" in [*found.values()][-1]):
            found[" " * len(found)] = None
        found[name] = state
    return found


def _step(plan: Plan, title: str, *, ends: bool = False, **more: Any) -> dict[str, Any]:
    """A step; where it can end the run, a second person confirms it if the site asks for two."""
    second = {"second": plan.second} if ends and plan.second else {}
    return {"title": title, **second, **more}


def _duration(length: str) -> Short:
    return Short(type="duration", default=length)


def _threat(plan: Plan, words: _Words) -> dict[str, Any]:
    linked = [{"state": "contact", "when": {"linked": True}}, {"state": "let-go"}]
    plausible = [{"state": "let-go", "when": {"explanation": "plausible"}}, {"state": "act"}]
    observe = {
        "title": words["observe"],
        "guide": words["observe-guide"],
        "within": Short(setting="answer-within"),
        "overdue": Short(step="danger"),
        "steps": {
            "assess": _step(
                plan, words["assess"], ask=["deviation", "linked"], to=linked, ends=True
            ),
            "danger": _step(plan, words["danger"], to="act"),
        },
    }
    contact = {
        "title": words["contact"],
        "guide": words["contact-guide"],
        "tasks": {"tell-control-room": Short(do=words["tell-control-room"])},
        "steps": {
            "conclude": _step(
                plan,
                words["conclude"],
                ask=["explanation"],
                needs=["tasks"],
                to=plausible,
                ends=True,
            ),
            "danger": _step(plan, words["danger"], to="act"),
        },
    }
    return {
        "settings": {"answer-within": _duration("5m"), "act-within": _duration("15m")},
        "by": list(plan.by),
        "": None,
        "facts": {
            "deviation": {"type": "text", "ask": words["deviation"]},
            "linked": {"type": "yes-no", "ask": words["linked"]},
            "explanation": {
                "type": "choice",
                "ask": words["explanation"],
                "of": Short(
                    {"plausible": words["plausible"], "not-plausible": words["not-plausible"]}
                ),
            },
        },
        " ": None,
        "start": "observe",
        "states": _apart(
            {
                "observe": observe,
                "contact": contact,
                "act": _act(plan, words),
                "followed-up": {"title": words["followed-up"], "final": "acted"},
                "let-go": {"title": words["let-go"], "final": "released"},
            }
        ),
    }


def _act(plan: Plan, words: _Words) -> dict[str, Any]:
    late = {"notify": {"to": [plan.owner], "text": words["act-late"]}}
    end = _step(plan, words["follow-up"], needs=["tasks"], to="followed-up", ends=True)
    return {
        "title": words["act"],
        "guide": words["act-guide"],
        "within": Short(setting="act-within"),
        "overdue": late,
        "tasks": {
            "keep-safe": Short(do=words["keep-safe"]),
            "call-police": Short(do=words["call-police"]),
        },
        "steps": {"follow-up": end},
    }


def _procedure(plan: Plan, words: _Words) -> dict[str, Any]:
    targets = [{"state": "done", "when": {"in-order": True}}, {"state": "not-in-order"}]
    finish = _step(plan, words["finish"], ask=["in-order"], needs=["tasks"], to=targets, ends=True)
    return {
        "settings": {"finish-within": _duration("1h")},
        "by": list(plan.by),
        "": None,
        "facts": {"in-order": {"type": "yes-no", "ask": words["in-order"]}},
        " ": None,
        "start": "doing",
        "states": _apart(
            {
                "doing": {
                    "title": words["doing"],
                    "guide": words["doing-guide"],
                    "within": Short(setting="finish-within"),
                    "overdue": {"notify": {"to": [plan.owner], "text": words["procedure-late"]}},
                    "tasks": {
                        "first": Short(do=words["first"]),
                        "second": Short(do=words["second"]),
                        "third": Short(do=words["third"], optional=True),
                    },
                    "steps": {"finish": finish},
                },
                "done": {"title": words["done"], "final": "done"},
                "not-in-order": {"title": words["not-in-order"], "final": "not-in-order"},
            }
        ),
    }


def _policy(plan: Plan, words: _Words) -> dict[str, Any]:
    targets = [{"state": "kept", "when": {"decision": "keep"}}, {"state": "to-change"}]
    options = Short(keep=words["keep"], change=words["change"])
    decide = _step(plan, words["decide"], ask=["decision"], to=targets, ends=True)
    return {
        "settings": {"report-within": _duration("30d"), "decide-within": _duration("30d")},
        "": None,
        "facts": {
            "yield": {"type": "text", "ask": words["yield"]},
            "decision": {"type": "choice", "ask": words["decision"], "of": options},
        },
        " ": None,
        "start": "reporting",
        "states": _apart(
            {
                "reporting": {
                    "title": words["reporting"],
                    "guide": words["reporting-guide"],
                    "by": [plan.owner],
                    "within": Short(setting="report-within"),
                    "steps": {"report": _step(plan, words["report"], ask=["yield"], to="deciding")},
                },
                "deciding": {
                    "title": words["deciding"],
                    "guide": words["deciding-guide"],
                    "by": list(plan.decide),
                    "within": Short(setting="decide-within"),
                    "steps": {"decide": decide},
                },
                "kept": {"title": words["kept"], "final": "kept"},
                "to-change": {"title": words["to-change"], "final": "to-change"},
            }
        ),
    }


_BODIES: Final[dict[str, Callable[[Plan, _Words], dict[str, Any]]]] = {
    "threat": _threat,
    "procedure": _procedure,
    "policy": _policy,
}

TEXTS: Final = {
    "purpose-threat": "Know within minutes whether it is a threat, and act on it.",
    "purpose-procedure": "Do it the same way every time, and know that it was done.",
    "purpose-policy": "Say what all other protocols serve, and keep it true.",
    "costs": "Say here what the primary process notices of it.",
    "observe": "Observe",
    "observe-guide": "Stay at a distance. Note what you see, not what you think.",
    "assess": "Assess the deviation",
    "danger": "Danger now",
    "contact": "Make contact",
    "contact-guide": "Approach openly, offer help, ask for an explanation.",
    "tell-control-room": "Tell the control room where you are going.",
    "conclude": "Conclude",
    "act": "Act",
    "act-guide": "Your own safety first.",
    "act-late": "{incident}: a threat is not followed up yet. Take over.",
    "keep-safe": "Keep people away from it.",
    "call-police": "Call the police. Stay on the line.",
    "follow-up": "It is followed up",
    "followed-up": "Followed up",
    "let-go": "Let go",
    "deviation": "What is out of the ordinary here?",
    "linked": "Does it fit a known way of working of an adversary?",
    "explanation": "How good is the explanation?",
    "plausible": "Plausible",
    "not-plausible": "Not plausible",
    "doing": "Carry it out",
    "doing-guide": "One thing after the other. Tick what is done.",
    "procedure-late": "{incident}: the procedure is not finished in time.",
    "first": "Say here what is done first.",
    "second": "Say here what is done next.",
    "third": "Say here what is done where it is needed.",
    "finish": "Finish",
    "in-order": "Is everything in order?",
    "done": "Done",
    "not-in-order": "Not in order",
    "reporting": "Report to management",
    "reporting-guide": "Say what became safer, what it cost, what was learned.",
    "report": "Report",
    "yield": "What did it yield this year?",
    "deciding": "Management decides",
    "deciding-guide": "Does the policy still fit what we stand for?",
    "decide": "Decide",
    "decision": "Keep the policy or change it?",
    "keep": "Keep it",
    "change": "Change it",
    "kept": "Kept",
    "to-change": "To be changed",
}
