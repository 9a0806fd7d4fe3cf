OK_FORMAT = True

test = {
    "name": "convolution_input",
    "points": 1,
    "suites": [
        {
            "cases": [
                {"code": ">>> import fourchecks\n>>> fourchecks.convolution_input(conv3x3_backward_input)\nTrue"}
            ],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }
    ],
}
