"""Stage 2: a student's code runs here and nowhere else. One verb, `call(Request) -> Reply`, over any kind of sandbox.

`launcher` is what a kind has to know, `supervisor` what is the same for all, `child/` what runs beside student code,
`linux/` and `docker/` the kinds with restrictions. Knows no points, no expected values and no seed.
"""
