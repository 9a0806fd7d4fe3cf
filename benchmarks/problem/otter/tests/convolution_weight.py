OK_FORMAT = True

test = {
    "name": "convolution_weight",
    "points": 1,
    "suites": [
        {
            "cases": [
                {"code": ">>> import fourchecks\n>>> fourchecks.convolution_weight(conv3x3_backward_weight)\nTrue"}
            ],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }
    ],
}
