"""The desk: a person's points for a class, marked in a browser. Reads reports, writes marks, and nothing else.

Who asks for what: `server` opens it, `gatekeeper` lets people in, `queue_views`, `sheet_views` and the others answer a
request out of a `Desk` (`marking`), which knows the class (`class_state`), what needs a person (`tasks`, `worklist`)
and what people have done (`database` and the modules on top of it). The truth of what was judged stays results.json; a
mark is journaled first (`giving`), then carried there (`carrying`).
"""
