"""Statistics over incidents: what happened how often, how long it took, what was late.

``samples`` reads each incident once, ``tally`` counts them into groups,
``sightings`` adds up what was seen of adversaries, ``build`` puts it together as
plain data (what ``audit stats --json`` prints), ``page`` writes that as HTML.
"""
