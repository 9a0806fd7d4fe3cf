"""Comments to be used again: the course's own, the most used first, kept with the class."""

from grader.classroom.desk.database import Database

MAX_CHARACTERS = 600  # of a comment that is worth offering again
MAX_OFFERED = 60


class Snippets:
    def __init__(self, database: Database) -> None:
        self._database = database

    def used(self, point: str, text: str) -> None:
        """Counts one more use; to be called within `Database.writing`."""
        text = text.strip()
        if 0 < len(text) <= MAX_CHARACTERS:
            self._database.run(
                "INSERT INTO snippet VALUES (?, ?, 1) ON CONFLICT (point, text) DO UPDATE SET used = used + 1",
                point,
                text,
                quiet=True,
            )

    def of(self, point: str) -> list[tuple[str, int]]:
        """Texts and how often each was used, this point's before other points'."""
        rows = self._database.rows(
            "SELECT text, sum(used) AS used FROM snippet GROUP BY text "
            "ORDER BY max(point = ?) DESC, sum(used) DESC, text LIMIT ?",
            point,
            MAX_OFFERED,
        )
        return [(row["text"], row["used"]) for row in rows]

    def forget(self, text: str) -> None:
        self._database.run("DELETE FROM snippet WHERE text = ?", text)
