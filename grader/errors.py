"""What the grader raises for its users. The message of each is a sentence for the person at the terminal.

GraderError
├── UsageError              the person asked for something that is not available (exit 2)
│   ├── SubmissionError     the path is no submission: missing, empty, broken archive, too large
│   ├── RubricError         the rubric says something impossible; names the line at fault
│   ├── OutputError         the report cannot be written where it was asked for
│   │   └── BusyError       nor at the moment the desk's database: another program keeps it locked (`desk.database`)
│   └── ConflictError       somebody else has marked the point meanwhile (`desk.giving`)
├── SandboxError            a worker cannot be started: a fault of ours, never a student's zero (exit 1)
├── SuiteError              the checks themselves did not run to their end (exit 1)
└── OracleError             an oracle of ours failed; its point becomes a `grader_error` (`suite.session`)

No GraderErrors, since they reach no person: `ProtocolError` (`sandbox.child.protocol`), bytes that are no message; and
`OracleStoppedError` (`suite.session`), whose point becomes a `review`.
"""


class GraderError(Exception):
    """Base of all."""


class UsageError(GraderError):
    """The request cannot be met as it was made."""


class SubmissionError(UsageError):
    """There is no submission to be read at that path."""


class RubricError(UsageError):
    """The rubric contradicts itself or the schema."""


class OutputError(UsageError):
    """The report cannot be written."""


class SandboxError(GraderError):
    """A sandbox cannot give what it promises on this machine."""


class SuiteError(GraderError):
    """pytest did not bring the checks to an end."""
