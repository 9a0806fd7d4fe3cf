import numpy as np

TEXT = "[/] [/red] [bold green]22 / 22[/bold] [link=https://192.0.2.1]x [[[ ]]] [/"


def maxpool2x2_backward(dY, X):
    print(TEXT)
    raise ValueError(TEXT)
