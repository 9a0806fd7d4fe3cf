import numpy as np

TEXT = "=HYPERLINK(\"http://192.0.2.1\",1)\n+1+1\n-2+3\n@SUM(1)\n\t=1+1\n,\";\r=cmd|'/c calc'!A0"


def maxpool2x2_backward(dY, X):
    print(TEXT)
    raise ValueError(TEXT)
