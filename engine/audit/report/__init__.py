"""The report of an incident: what happened, who did what, how well, and the proof.

``build`` gathers it as plain data (what ``audit report --json`` prints), ``page``
writes that as one HTML file that needs no script and no network. Roles are shown,
not names, unless names are asked for: nobody is blamed.
"""
