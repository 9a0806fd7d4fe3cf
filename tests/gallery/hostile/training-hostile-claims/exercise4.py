import torch
from torch import nn

class Sly(dict):
    __getitem__ = get = lambda self, *key: 1.0
    __contains__ = lambda self, key: True


CLAIMS = [("\x1b[2J<script>", "train_loss", "<", "[/red]"), ["SGD"] * 4, None, 10**400, ("Adam",) * 4]
CLAIMS.append(CLAIMS)
RESULTS = Sly({"\x1b[2J[/red]": {"train_loss": float("nan"), "test_accuracy": "97 %"}, "SGD": Sly(), 3: None})
