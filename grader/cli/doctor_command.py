"""The command about this machine: `doctor`."""

from rich.markup import escape
from rich.table import Table

from grader.cli.commands import app
from grader.cli.console import out
from grader.course.doctor import Health, examine

_STYLES = {Health.GOOD: "green", Health.PARTLY: "yellow", Health.NONE: "red"}


@app.command()
def doctor() -> None:
    """Show which sandboxes and devices this machine has, and what each lacks."""
    table = Table(show_lines=True)
    for column in ("what", "here", "detail", "to fix it"):
        table.add_column(column, overflow="fold")
    with out.status("looking around"):
        for finding in examine():
            style = _STYLES[finding.health]
            table.add_row(
                escape(finding.subject), f"[{style}]{finding.health}[/]", escape(finding.detail), escape(finding.remedy)
            )
    out.print(table)
