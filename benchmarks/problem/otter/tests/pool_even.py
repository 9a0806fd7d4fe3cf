OK_FORMAT = True

test = {
    "name": "pool_even",
    "points": 1,
    "suites": [
        {
            "cases": [{"code": ">>> import fourchecks\n>>> fourchecks.pool_even(maxpool2x2_backward)\nTrue"}],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }
    ],
}
