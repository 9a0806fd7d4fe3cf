"""What is given for a class: what RESULTS keeps of earlier runs, what a person gives now, and both together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.assignment_folder import Assignment
from grader.classroom.intake.hand_ins import Intake
from grader.classroom.results.class_inputs import ClassInputs, InputFile, keep_inputs, option, read_inputs
from grader.classroom.run.prepare_class import completed, unfilled
from grader.errors import UsageError


@dataclass(frozen=True, slots=True)
class GivenInputs:
    """The inputs of one run. `stored_inputs` are those in RESULTS as it began, `earlier_inputs` the same under the ids
    of now."""

    stored_inputs: ClassInputs
    earlier_inputs: ClassInputs
    new_inputs: ClassInputs
    together: ClassInputs

    @classmethod
    def of(cls, results: Path, new_inputs: ClassInputs) -> "GivenInputs":
        """Raises UsageError where what is kept is damaged, or a table cannot be read."""
        stored_inputs = read_inputs(results)
        return cls(stored_inputs, stored_inputs, new_inputs, completed(stored_inputs, new_inputs))

    @property
    def are_new(self) -> bool:
        """Whether this run has others than the one before."""
        return self.together != self.stored_inputs

    def compared_with(self, files: Sequence[InputFile]) -> "GivenInputs":
        """The same with earlier classes, which are packed once the class is opened."""
        against = tuple(files) or None
        together = self.together.updated(ClassInputs(against=against))
        return replace(self, new_inputs=replace(self.new_inputs, against=against), together=together)

    def following(self, new_ids: Mapping[str, str], intake: Intake) -> "GivenInputs":
        """The same, with decisions about hand-ins whose id has changed (`new_ids`: before -> now) under the new one.

        Those given now were copied from the list of the last run, which has the ids of before; but where such an id is
        somebody's now, that hand-in is meant.
        """
        if not new_ids:
            return self
        present = {hand_in.id for hand_in in intake.hand_ins}
        new_inputs = self.new_inputs.following({old: now for old, now in new_ids.items() if old not in present})
        earlier_inputs = self.stored_inputs.following(new_ids)
        together = replace(self.together, accept=earlier_inputs.updated(new_inputs).accept)
        return replace(self, earlier_inputs=earlier_inputs, new_inputs=new_inputs, together=together)

    def refuse_overtaken(self, results: Path) -> None:
        """Raise UsageError if another run has changed what is kept since this one began."""
        if read_inputs(results) != self.stored_inputs:
            raise UsageError(f"{results}: another run has just finished in this folder; run the command again.")

    def refuse_unused(self, intake: Intake) -> None:
        """Raise UsageError for a decision given now that is about nothing.

        Kept, it would never do anything, and be mistyped for good.
        """
        decisions = {("--accept", value) for value in self.new_inputs.accept or ()}
        decisions |= {("--match", value) for value in self.new_inputs.match or ()}
        unused = next((option for option in intake.unused if (option.name, option.value) in decisions), None)
        if unused is not None:
            raise UsageError(f"{unused} Nothing was changed.")
        never = next(iter(self.earlier_inputs.never_decided(self.new_inputs)), None)
        if never is not None:
            raise UsageError(f"{never}: there is no such decision to take back. Nothing was changed.")

    def notices(self, assignment: Assignment) -> Iterator[str]:
        """What is used though it was not given this time, and what takes the place of something else."""
        own_rubric = assignment.folder / "rubric.toml"
        is_own = own_rubric.is_file() and InputFile.at(own_rubric) == self.together.rubric
        usual = {"seed", *(["rubric"] if is_own else [])}
        in_use = {name for name, _ in self.together.items()} - usual
        used = [
            f"{option(name)} {text}".strip()
            for name, text in self.earlier_inputs.reused(self.new_inputs)
            if name in in_use
        ]
        if used:
            yield f"Used as given in an earlier run: {', '.join(used)}."
        reason = None if self.new_inputs.sheet else unfilled(self.together, self.new_inputs)
        if reason:
            yield f"The worksheet is used, and not filled in as sheet.csv: {reason}"
        for name in self.earlier_inputs.changed(self.new_inputs):
            yield f"{option(name)} differs from the earlier runs of this class."

    def keep(self, results: Path) -> None:
        """Write them into RESULTS, if they are others than there. Raises OutputError and UsageError."""
        if self.are_new:
            keep_inputs(results, self.together)
