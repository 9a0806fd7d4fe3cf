"""Runs your comparison of exercise 4 by itself: `python compare.py`.

Trains the network of your exercise4.py with each of the six optimizers, prints a table and your RESULTS ready to be
copied, and draws the curves in comparison.svg (any browser shows it). `python compare.py --seed 2` starts from other
weights: do it a few times and see which differences last. This file is yours to change; it is not graded.
"""

import argparse
import time
from pathlib import Path

try:
    import torch
except ModuleNotFoundError:
    raise SystemExit("compare.py needs PyTorch, which is not installed: README.md has the command.") from None

import exercise4
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from grader.assignment.comparison import digits
from grader.report import curves

NAMES = ("Adadelta", "Adagrad", "Adam", "RMSprop", "SGD", "LBFGS")
EPOCHS = 10
BATCH_SIZE = 64


def main():
    parser = argparse.ArgumentParser(description="Compare six optimizers on your network.")
    parser.add_argument("--seed", type=int, default=1, help="of the first weights and of the order of the images")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--data", help="an .npz file in place of the digits")
    options = parser.parse_args()
    torch.set_num_threads(1)  # images this small are done before a second thread has woken up
    data = digits.load(options.data)
    console = Console()
    curves_of = {}
    with Progress(console=console) as progress:
        for name in NAMES:
            task = progress.add_task(f"{name:9}", total=EPOCHS)
            try:
                curves_of[name] = train(name, data, options, lambda task=task: progress.advance(task))
            except NotImplementedError as error:
                progress.stop()
                raise SystemExit(f"{name}: {error or 'not implemented yet'}") from None
    console.print(table(curves_of))
    print(results(curves_of))
    picture = curves.draw(curves_of, title=f"Six optimizers, seed {options.seed}", targets={"accuracy": 0.8})
    Path("comparison.svg").write_text(picture, encoding="utf-8")
    print("The curves are in comparison.svg.")


def train(name, data, options, advance):
    """Loss (as train_epoch returns it), held-out accuracy and seconds of each epoch."""
    torch.manual_seed(options.seed)
    x, y = torch.from_numpy(data.x).to(options.device), torch.from_numpy(data.y).to(options.device)
    held_out, truth = torch.from_numpy(data.held_out).to(options.device), torch.from_numpy(data.truth)
    model = exercise4.build_network(tuple(x.shape[1:]), data.classes).to(options.device)
    optimizer = exercise4.make_optimizer(name, model.parameters())
    curve = {"loss": [], "accuracy": [], "seconds": []}
    for _ in range(EPOCHS):
        order = torch.randperm(len(x)).to(x.device)
        batches = list(zip(x[order].split(BATCH_SIZE), y[order].split(BATCH_SIZE), strict=True))
        began = time.perf_counter()
        model.train()
        curve["loss"].append(float(exercise4.train_epoch(model, optimizer, batches, torch.nn.CrossEntropyLoss())))
        curve["seconds"].append(time.perf_counter() - began)
        model.eval()
        with torch.no_grad():
            right = model(held_out).argmax(1).cpu() == truth
        curve["accuracy"].append(right.float().mean().item())
        advance()
    return curve


def table(curves_of):
    """One row an optimizer, as the points 4.1 to 4.8 will look at them."""
    found = Table("optimizer", "train loss", "test accuracy", "best", "epochs to 80 %", "seconds per epoch")
    for name, curve in curves_of.items():
        first = next((str(epoch) for epoch, value in enumerate(curve["accuracy"], 1) if value >= 0.8), "never")
        numbers = (f"{curve['loss'][-1]:.4g}", f"{curve['accuracy'][-1]:.1%}", f"{max(curve['accuracy']):.1%}")
        found.add_row(name, *numbers, first, f"{sorted(curve['seconds'])[EPOCHS // 2]:.3f}")
    return found


def results(curves_of):
    """RESULTS as it is to be copied. Four significant digits: a small loss is small, and not 0."""
    lines = []
    for name, curve in curves_of.items():
        loss, accuracy = (float(f"{curve[key][-1]:.4g}") for key in ("loss", "accuracy"))
        lines.append(f'    "{name}": {{"train_loss": {loss}, "test_accuracy": {accuracy}}},')
    return "\n".join(["RESULTS = {", *lines, "}"])


if __name__ == "__main__":
    main()
