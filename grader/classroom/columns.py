"""What the columns of an LMS's tables are called, in its languages. One list for rosters, times, extensions and sheets.

Moodle's words are those of its language files (mod_assign: recordid, lastmodifiedsubmission, lastmodifiedgrade,
maxgrade; core: fullname, idnumber, email, grade, status); docs/lms.md names the source of each platform's.
"""

from collections.abc import Sequence
from enum import Enum, auto

from grader.classroom.tables import bare


class Column(Enum):
    """What a column holds."""

    ID = auto()  # the course's own number of a person
    LMS = auto()  # the LMS's: its number, or the name that somebody logs in with
    NAME = auto()
    FIRST = auto()
    LAST = auto()
    EMAIL = auto()
    SUBMITTED = auto()  # when it was handed in
    STATUS = auto()  # Moodle's words about a hand-in, an extension among them
    DUE = auto()  # until when somebody has an extension
    DAYS = auto()  # for how many days
    GRADE = auto()
    MAXIMUM = auto()
    GRADED = auto()  # when it was graded
    FEEDBACK = auto()


_HEADERS: dict[Column, tuple[str, ...]] = {
    Column.ID: (
        *(
            "ID",
            "SID",
            "Student ID",
            "Student number",
            "ID number",
            "SIS User ID",
            "Matriculation number",
            "OrgDefinedId",
        ),
        *("Matrikelnummer", "Matrikelnr", "Matrikel", "ID-Nummer", "Student", "Kennung", "Org Defined ID"),
        *("Numéro d'identification", "Numéro d'étudiant", "Matricule", "Número de ID", "Número ID", "Matrícula"),
        *("Número de identificación", "Numero ID", "Codice identificativo", "Matricola", "ID-nummer", "Studentnummer"),
    ),
    Column.LMS: (
        *(
            "Identifier",
            "Identifiant",
            "Identificador",
            "Identificativo",
            "Username",
            "User name",
            "Login",
            "SIS Login ID",
        ),
        *("Benutzername", "Anmeldename", "Nom d'utilisateur", "Nombre de usuario", "Nome utente", "Gebruikersnaam"),
        *("github_username", "GitHub username", "GitHub"),
    ),
    Column.NAME: (
        *("Name", "Full name", "Student name", "Vollständiger Name", "Nom complet", "Nombre completo", "Nome completo"),
        *("Nom et prénom", "Volledige naam", "Nombre y apellidos", "Anzeigename", "Display name"),
    ),
    Column.FIRST: ("First name", "Vorname", "Given name", "Prénom", "Nombre", "Nome", "Voornaam"),
    Column.LAST: (
        *("Last name", "Surname", "Nachname", "Family name", "Familienname", "Nom", "Nom de famille", "Apellido"),
        *("Apellidos", "Apellido(s)", "Cognome", "Achternaam"),
    ),
    Column.EMAIL: (
        *(
            "Email",
            "E-mail",
            "Mail",
            "Email address",
            "E-Mail-Adresse",
            "Adresse de courriel",
            "Adresse e-mail",
            "Courriel",
        ),
        *("Dirección de correo", "Dirección Email", "Correo electrónico", "Dirección de correo electrónico", "Correo"),
        *("Indirizzo email", "E-mailadres", "School email", "Primary email"),
    ),
    Column.SUBMITTED: (
        *(
            "Time",
            "Submitted",
            "Submitted at",
            "Timestamp",
            "Date",
            "Zeit",
            "Abgabe",
            "Submission time",
            "Date submitted",
        ),
        *("Last modified (submission)", "Zuletzt geändert (Abgabe)", "Dernière modification (travail remis)"),
        *(
            "Última modificación (entrega)",
            "Fecha de entrega",
            "Última modificación (envío)",
            "Zeitpunkt",
            "Abgabezeit",
        ),
        *("Ultima modifica (consegna)", "Última modificação (envio)", "Laatst gewijzigd (inzending)", "Abgegeben"),
        *("Letzte Abgabe", "Last submission", "Datum der letzten Abgabe"),
    ),
    Column.STATUS: ("Status", "Statut", "Estado", "Estatus", "Stato"),
    Column.DUE: (
        *(
            "Due",
            "Until",
            "Extension",
            "Extended to",
            "New due date",
            "Due date",
            "Verlängert bis",
            "Bis",
            "Verlängerung",
        ),
        *("Prolongation", "Prórroga", "Jusqu'au", "Hasta"),
    ),
    Column.DAYS: ("Days", "Extra days", "Tage", "Jours", "Días", "Giorni", "Dagen"),
    Column.GRADE: ("Grade", "Bewertung", "Note", "Calificación", "Valutazione", "Nota", "Cijfer"),
    Column.MAXIMUM: (
        *("Maximum Grade", "Bestwertung", "Note maximale", "Calificación máxima", "Valutazione massima", "Nota máxima"),
        *("Maximumcijfer", "Max Points", "Maximale Bewertung"),
    ),
    Column.GRADED: (
        *(
            "Last modified (grade)",
            "Zuletzt geändert (Bewertung)",
            "Dernière modification (note)",
            "Fecha de Calificación",
        ),
        *("Última modificación (calificación)", "Ultima modifica (valutazione)", "Última modificação (nota)"),
    ),
    Column.FEEDBACK: (
        *("Feedback comments", "Feedback als Kommentar", "Feedback par commentaires", "Commentaires de feedback"),
        *(
            "Comentarios de retroalimentación",
            "Comentarios de realimentación",
            "Commenti di feedback",
            "Feedback comments.",
        ),
    ),
}
_KNOWN = {bare(header): column for column, headers in _HEADERS.items() for header in headers}


def columns(header: Sequence[str]) -> list[Column | None]:
    """What each column of a table holds, by its header; None for those that are nothing to us.

    The same word means two things in two LMS: what stands beside it decides.
    """
    names = [bare(name) for name in header]
    found = [_KNOWN.get(name) for name in names]
    if is_canvas(header):
        special = {"student": Column.NAME, "id": Column.LMS, "sisloginid": Column.EMAIL}
    elif Column.SUBMITTED in found and (Column.GRADED in found or Column.STATUS in found):  # Moodle's worksheet
        special = {"id": Column.LMS}
    elif "githubusername" in names:
        special = {"identifier": Column.ID}
    else:
        special = {}
    return [special.get(name, column) for name, column in zip(names, found, strict=True)]


def is_canvas(header: Sequence[str]) -> bool:
    """Whether this is Canvas' gradebook: its ID is Canvas' own, and some of its lines are about the points."""
    names = [bare(name) for name in header]
    return names[:2] == ["student", "id"] and any(name == "section" or name.startswith("sis") for name in names)
