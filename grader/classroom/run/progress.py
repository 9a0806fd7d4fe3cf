"""Show the progress of a class: a live bar on a terminal, plain lines elsewhere, with the same facts."""

from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Column
from rich.text import Text

from grader.counting import counted, number
from grader.report.plain_text import one_line
from grader.schema import Report
from grader.text import separator

_SHOWN = 3  # names beside the bar, of the submissions that are being graded
_NAME = 30  # characters of a name
_BAR = 16  # columns of the bar, so that a name or two fit beside it on a terminal of 80


class Lines:
    """Prints a line for each submission, for logs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._total = 0
        self._ended = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        pass

    def begin(self, total: int) -> None:
        self._total = total
        self._console.print(counted(total, "submission"), highlight=False)

    def started(self, name: str) -> None:
        pass

    def waits(self, name: str, message: str, seconds: float) -> None:
        if seconds:
            remark = f"tried again in {seconds:g} s, it is the grader's fault: {one_line(message, 500)}"
            self._console.print(f"{one_line(name, 80)}: {remark}", highlight=False, markup=False, soft_wrap=True)

    def skipped(self, name: str, report: Report) -> None:
        self.ended(name, report, "done before")

    def ended(self, name: str, report: Report | None, message: str) -> None:
        self._ended += 1
        self.notice(f"{self._ended}/{self._total}  {outcome(name, report, message)}")

    def notice(self, message: str) -> None:
        self._console.print(message, highlight=False, markup=False, soft_wrap=True)


class Bar(Lines):
    """A bar with the rate, the time left and who is being graded; what needs a person is printed above it.

    Submissions of an earlier run do not count, so that the rate and the time left are those of this run.
    """

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        columns = (
            *(TextColumn("{task.description}"), BarColumn(_BAR), MofNCompleteColumn(), _Rate(), TimeRemainingColumn()),
            TextColumn("{task.fields[current]}", table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)),
        )
        self._progress = Progress(*columns, console=console, transient=True, expand=True)
        self._task = self._progress.add_task("grading", total=None, current="")
        self._current: dict[str, None] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self._progress.stop()

    def begin(self, total: int) -> None:
        self._total = total
        self._progress.update(self._task, total=total)

    def started(self, name: str) -> None:
        self._current[name] = None
        self._show(0)

    def skipped(self, name: str, report: Report) -> None:
        self._total -= 1
        self._progress.update(self._task, total=self._total)
        if report.has_grader_error:
            self._tell_fault(name, report, "done before")

    def ended(self, name: str, report: Report | None, message: str) -> None:
        self._current.pop(name, None)
        self._show(1)
        if report is None or report.has_grader_error:
            self._tell_fault(name, report, message)

    def notice(self, message: str) -> None:
        self._progress.console.print(message, highlight=False, markup=False, soft_wrap=True)

    def _tell_fault(self, name: str, report: Report | None, message: str) -> None:
        self._progress.console.print(Text(outcome(name, report, message), style="red"), soft_wrap=True)

    def _show(self, advance: int) -> None:
        names = [escape(one_line(name, _NAME)) for name in self._current]
        more = f" +{len(names) - _SHOWN}" if len(names) > _SHOWN else ""
        self._progress.update(self._task, advance=advance, current=separator(names).join(names[:_SHOWN]) + more)


class _Rate(ProgressColumn):
    """The submissions per minute since the first one of this run was started."""

    def __init__(self) -> None:
        super().__init__(Column(no_wrap=True))
        self._begun: float | None = None

    def render(self, task: Task) -> Text:
        now = task.get_time()
        if task.fields["current"] and self._begun is None:
            self._begun = now
        minutes = (now - self._begun) / 60 if self._begun is not None else 0.0
        return Text(f"{task.completed / minutes:.0f}/min" if minutes > 0 and task.completed else "")


def outcome(name: str, report: Report | None, message: str) -> str:
    """One submission in one line."""
    shown = one_line(name, 80)
    if report is None:
        return f"{shown}: NOT GRADED, the grader's fault: {one_line(message, 500)}"
    pending = f", {number(report.pending)} for a person" if report.pending else ""
    fault = "; some points could not be judged, the grader's fault" if report.has_grader_error else ""
    remark = f" ({message})" if message else ""
    return f"{shown}: {number(report.score)} of {number(report.max_score)}{pending}{fault}{remark}"


def watcher(console: Console) -> Lines:
    """The watcher that suits the console."""
    return Bar(console) if console.is_terminal else Lines(console)
