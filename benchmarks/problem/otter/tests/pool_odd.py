OK_FORMAT = True

test = {
    "name": "pool_odd",
    "points": 1,
    "suites": [
        {
            "cases": [{"code": ">>> import fourchecks\n>>> fourchecks.pool_odd(maxpool2x2_backward)\nTrue"}],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }
    ],
}
