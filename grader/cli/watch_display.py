"""What `grader watch` prints: what it judges, each point as soon as it is judged, and then why points were lost."""

import sys
from collections.abc import Collection

from rich.text import Text

from grader.cli.console import console
from grader.counting import counted, number
from grader.report.paragraphs import paragraphs
from grader.report.plain_text import one_line
from grader.report.student_summary import advice, points_so_far, remarks
from grader.report.terminal import outcome
from grader.schema import PointScore
from grader.student.watch import Round

MAX_NAMED = 3  # changed files that are named; the first time it is all of them


class WatchDisplay:
    """Prints rounds of `watch`. Its stream is that of its making: while pytest runs the checks, stdout is pytest's."""

    def __init__(self) -> None:
        self._console = console(sys.stdout)
        self._column = 0

    def announce(self, changed: Collection[str], points: Collection[str]) -> None:
        self._console.clear()  # nothing, where it is no terminal
        names = ", ".join(one_line(name, 80) for name in sorted(changed)) if len(changed) <= MAX_NAMED else "Your files"
        count = counted(len(points), "point")
        self._console.print(Text(f"{names}: judging {count} …", style="dim"), soft_wrap=True)
        self._column = 0

    def tell(self, point: PointScore) -> None:
        """Puts one point behind those that are judged already, in lines no longer than the terminal's."""
        text = Text(f"{point.id} ").append(outcome(point))
        gap = "" if self._column == 0 else "  "
        if self._column + len(gap) + len(text) > self._console.width:
            gap, self._column = "\n", 0
        self._console.print(gap, text, sep="", end="", soft_wrap=True)
        self._console.file.flush()
        self._column += len(gap.strip("\n")) + len(text)

    def show(self, judged: Round, unmet: str = "") -> None:
        """Prints what came of a round; `unmet` is what the exercises that cannot be judged here need."""
        print_ = self._console.print
        print_(Text(f"\njudged in {judged.seconds:.2f} s", style="dim"))
        for name, before, now in judged.moved:
            style = "green" if now > before else "red"
            print_(Text(f"{name}  {number(before)} → {number(now)}", style=style))
        width = self._console.width
        now_judged = [point for point in judged.report.points if point.id in judged.points]
        needs = [Text(f"\n{unmet}")] if unmet else []
        lines = [*needs, Text(f"\n{points_so_far(judged.report)}", style="bold"), Text(advice(judged.report, width))]
        print_(*paragraphs(now_judged, width), *remarks(judged.report, width), *lines, sep="\n", soft_wrap=True)

    def complain(self, sentence: str) -> None:
        self._console.print(Text(sentence, style="red"))
