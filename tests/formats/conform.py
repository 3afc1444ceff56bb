"""Does an exported log conform to its protocol? Run by a Python that has pm4py.

    conform.py LOG.xes MODEL.json

The model is {"start": place, "arcs": [[place, activity, place], …]}. Prints one line of
JSON: how many events and runs there were, and the runs that do not align perfectly.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pm4py
from pm4py.objects.petri_net.obj import Marking, PetriNet
from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

MOVES = ("step-taken", "moved")


def net_of(model: dict[str, Any]) -> tuple[PetriNet, Marking, Marking]:
    """Build the protocol's state machine as a net; a run may be looked at before it ends."""
    net = PetriNet("protocol")
    names = {model["start"], *(arc[0] for arc in model["arcs"]), *(arc[2] for arc in model["arcs"])}
    places = {name: PetriNet.Place(name) for name in sorted(names)}
    end = PetriNet.Place("looked-at")
    net.places.update([*places.values(), end])
    arcs = [(places[a], label, places[b]) for a, label, b in model["arcs"]]
    arcs += [(place, None, end) for place in places.values()]
    for number, (before, label, after) in enumerate(arcs):
        transition = PetriNet.Transition(f"t{number}", label)
        net.transitions.add(transition)
        add_arc_from_to(before, transition, net)
        add_arc_from_to(transition, after, net)
    return net, Marking({places[model["start"]]: 1}), Marking({end: 1})


def main(log: str, model: str) -> None:
    """Align each run with the model."""
    frame = pm4py.read_xes(log)
    frame["run"] = frame["case:concept:name"] + " " + frame["handrail:run"].fillna("")
    left = set(frame[frame["handrail:type"] == "deviated"]["run"])
    frame = frame[frame["handrail:type"].isin(MOVES) & ~frame["run"].isin(left)]
    frame = frame.copy()
    frame["case:concept:name"] = frame["run"]
    net, first, last = net_of(json.loads(Path(model).read_text("utf-8")))
    found = pm4py.conformance_diagnostics_alignments(frame, net, first, last)
    runs = list(frame.groupby("case:concept:name", sort=False).groups)
    misfit = [run for run, one in zip(runs, found, strict=True) if one["fitness"] < 1]
    said = {"events": len(frame), "runs": len(runs), "misfit": misfit}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
