import numpy as np

TEXT = "</td><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;<!-- {{ 7*7 }} {% raw %} ]]>"


def maxpool2x2_backward(dY, X):
    print(TEXT)
    raise ValueError(TEXT)
