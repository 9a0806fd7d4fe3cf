"""Tables as the platforms write them: one reader for rosters, times, extensions and sheets, whoever wrote them."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from grader.classroom.class_model import Extension, Student, Submitted
from grader.classroom.columns import Column, columns
from grader.classroom.intake.dates import read_time
from grader.classroom.intake.roster import (
    Roster,
    is_worksheet,
    mangled_ids,
    read_extensions,
    read_roster,
    read_times,
)
from grader.errors import UsageError

TABLES = Path(__file__).parent / "tables"
BERLIN = ZoneInfo("Europe/Berlin")
AT_NOON = datetime(2020, 1, 25, 12, 0, tzinfo=UTC)


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


# --- worksheets of Moodle's, in its languages ------------------------------------------------------------------------

WORKSHEETS = {
    "en": (
        "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
        '"Last modified (submission)","Last modified (grade)",Feedback comments\n'
        'Participant 71,Ada Lovelace,0310,ada@x,"Submitted for grading - Extension granted until: Monday, 27 January '
        '2020, 2:00 PM",,22.00,Yes,"Saturday, 25 January 2020, 1:00 PM",-,\n'
    ),
    "de": (
        'ID,"Vollständiger Name",ID-Nummer,E-Mail-Adresse,Status,Bewertung,Bestwertung,'
        '"Bewertung kann geändert werden",'
        '"Zuletzt geändert (Abgabe)","Zuletzt geändert (Bewertung)","Feedback als Kommentar"\n'
        'Teilnehmer/in71,Ada Lovelace,0310,ada@x,"Zur Bewertung abgegeben - Verlängertes Abgabeende bis: Montag, '
        '27. Januar 2020, 14:00",,"22,00",Ja,"Samstag, 25. Januar 2020, 13:00",-,\n'
    ),
    "fr": (
        'Identifiant,"Nom complet","Numéro d\'identification","Adresse de courriel",Statut,Note,"Note maximale",'
        '"La note peut être modifiée","Dernière modification (travail remis)","Dernière modification (note)",'
        '"Feedback par commentaires"\n'
        'Participant 71,Ada Lovelace,0310,ada@x,"Remis pour évaluation - '
        "Prolongation accordée jusqu'au\u00a0: lundi 27 "
        'janvier 2020, 14:00",,"22,00",Oui,"samedi 25 janvier 2020, 13:00",-,\n'
    ),
    "es": (
        'Identificador,"Nombre completo","Número de ID","Dirección de correo",Estado,Calificación,'
        '"Calificación máxima",'
        '"La calificación puede ser cambiada","Última modificación (entrega)","Última modificación (calificación)",'
        '"Comentarios de retroalimentación"\n'
        'Participante 71,Ada Lovelace,0310,ada@x,"Enviado para calificar - Plazo ampliado hasta: '
        "lunes, 27 de enero de "
        '2020, 14:00",,"22,00",Sí,"sábado, 25 de enero de 2020, 13:00",-,\n'
    ),
    "it": (
        'Identificativo,Nome,"Codice identificativo","Indirizzo email",Stato,Valutazione,"Valutazione massima",'
        '"La valutazione può essere cambiata","Ultima modifica (consegna)","Ultima modifica (valutazione)",Commenti\n'
        'Partecipante 71,Ada Lovelace,0310,ada@x,"Consegnato per la valutazione - Proroga concessa fino a: lunedì, '
        '27 gennaio 2020, 14:00",,"22,00",Sì,"sabato, 25 gennaio 2020, 13:00",-,\n'
    ),
    "nl": (
        'Identificatie,"Volledige naam","Nummer (ID)",E-mailadres,Status,Cijfer,"Maximaal cijfer",'
        '"Het cijfer kan gewijzigd worden","Laatst gewijzigd (inzending)","Laatst gewijzigd (beoordeling)",'
        '"Feedback tekstvak"\n'
        'Deelnemer 71,Ada Lovelace,0310,ada@x,"Opdracht ingestuurd om te beoordelen - Extra tijd '
        "gegeven tot: maandag, "
        '27 januari 2020, 14:00",,"22,00",Ja,"zaterdag, 25 januari 2020, 13:00",-,\n'
    ),
    "pt": (
        'Identificador,"Nome completo","Número de identificação (ID)","Endereço de e-mail",Estado,Avaliação,'
        '"Nota máxima","A nota pode ser alterada.","Última atualização (submissão)","Última atualização (avaliação)",'
        '"Comentários de feedback"\n'
        'Participante 71,Ada Lovelace,0310,ada@x,"Submetido para avaliação - Prazo prolongado até segunda-feira, '
        '27 de janeiro de 2020 às 14:00",,"22,00",Sim,"sábado, 25 de janeiro de 2020 às 13:00",-,\n'
    ),
    "ca": (
        'Identificador,"Nom complet","Número ID","Adreça electrònica",Estat,Qualificació,"Qualificació màxima",'
        '"Es pot canviar la qualificació","Darrera modificació (tramesa)","Darrera modificació (qualificació)",'
        '"Comentaris de retroacció."\n'
        "Participant 71,Ada Lovelace,0310,ada@x,\"S'ha tramès per qualificar - Pròrroga concedida fins: dilluns, "
        '27 de gener 2020, 14:00",,"22,00",Sí,"dissabte, 25 de gener 2020, 13:00",-,\n'
    ),
    "sv": (
        'Identifierare,"Fullständigt namn","ID nummer",E-postadress,Status,Betyg,Maxbetyg,'
        '"Senast modifierat (inlämning)","Senast modifierat (betyg)",Återkopplingskommentarer\n'
        'Deltagare 71,Ada Lovelace,0310,ada@x,"Inlämnad för betygsättning - Förlängning beviljad '
        'till: måndag, 27 januari 2020, 14:00",,"22,00","lördag, 25 januari 2020, 13:00",-,\n'
    ),
    "ro": (
        'Identificator,"Nume complet","Număr ID","Adresa de e-mail",Status,Notă,"Notă maximă",'
        '"Ultima modificare (a răspunsului)","Ultima modificare (nota)","Comentarii de feedback"\n'
        'Participant 71,Ada Lovelace,0310,ada@x,"Trimis pentru notare - Extindere acordată până '
        'la: luni, 27 ianuarie 2020, 14:00",,"22,00","sâmbătă, 25 ianuarie 2020, 13:00",-,\n'
    ),
    "gl": (
        'Identificador,"Nome completo","Número ID","Enderezo de correo",Estado,Cualificación,'
        '"Cualificación máxima","Última modificación (entrega)","Última modificación '
        '(cualificación)",Comentarios\n'
        'Participante 71,Ada Lovelace,0310,ada@x,"Entregado para cualificacións - Outorgouse '
        'unha ampliación ata: luns, 27 de xaneiro de 2020, 2:00 PM",,"22,00","sábado, 25 de '
        'xaneiro de 2020, 1:00 PM",-,\n'
    ),
    "tr": (
        'Tanımlayıcı,"Tam adı","ID numarası","E-posta adresi",Durum,Not,"Enyüksek not","Son '
        'düzenleme (gönderim)","Son düzenleme (not)","Geri bildirim yorumları"\n'
        'Katılımcı 71,Ada Lovelace,0310,ada@x,"Not verilmesi için gönderildi - Şu zamana kadar '
        'ek süre tanındı : Pazartesi, 27 Ocak 2020, 2:00 ÖS",,"22,00","Cumartesi, 25 Ocak 2020, '
        '01:00 ÖS",-,\n'
    ),
    "ru": (
        'Идентификатор,"Полное имя","Индивидуальный номер","Адрес электронной почты",Статус,'
        'Оценка,"Максимальная оценка","Последнее изменение (ответ)","Последнее изменение '
        '(оценка)","Отзыв в виде комментария"\n'
        'Участник71,Ada Lovelace,0310,ada@x,"Отправлено для оценивания - Продлено до: '
        'понедельник, 27 января 2020, 14:00",,"22,00","суббота, 25 января 2020, 13:00",-,\n'
    ),
    "uk": (
        'Ідентифікатор,"Повна назва","Індивідуальний номер","Електронна пошта",Статус,Оцінка,'
        '"Максимальна оцінка","Востаннє змінювалося (здача)","Востаннє змінювалося (оцінка)",'
        '"Відгук - коментарем"\n'
        'Учасник71,Ada Lovelace,0310,ada@x,"Здано на оцінення - Продовжено до: понеділок 27 '
        'січня 2020 14:00",,"22,00","субота 25 січня 2020 13:00",-,\n'
    ),
    "pl": (
        'identyfikator,"Pełna nazwa","Numer Indeksu",E-mail,Status,Ocena,"Maksymalna ocena",'
        '"Ostatnia modyfikacja (przesłane rozwiązanie)","Ostatnia aktualizacja (ocena)","Komentarz zwrotny"\n'
        'Uczestnik71,Ada Lovelace,0310,ada@x,"Przesłane do oceny - Przedłużono termin oddania do: '
        'poniedziałek, 27 stycznia 2020, 14:00 PM",,"22,00","sobota, 25 stycznia 2020, 13:00 PM",-,\n'
    ),
    "el": (
        'Αναγνωριστικό,"Πλήρες όνομα","Αναγνωριστικός αριθμός","Διεύθυνση ηλε.ταχυδρομείου",Κατάσταση,Βαθμός,'
        '"Μέγιστος Βαθμός","Τελευταία τροποποιημένη (υποβολή)","Τελευταία τροποποίηση (βαθμολόγηση)",'
        '"Σχόλια ανατροφοδότησης"\n'
        'Συμμετέχων71,Ada Lovelace,0310,ada@x,"Υποβλήθηκε για βαθμολόγηση - Παραχωρήθηκε παράταση μέχρι: '
        'Δευτέρα, 27 Ιανουαρίου 2020, 02:00 μμ",,"22,00","Σάββατο, 25 Ιανουαρίου 2020, 01:00 μμ",-,\n'
    ),
    "ko": (
        '식별자,"전체 이름","id 번호","이메일 주소",상태,성적,"최대 성적","마지막 수정됨(제출)",'
        '"마지막 수정됨(성적)","피드백 코멘트"\n'
        '참가자71,Ada Lovelace,0310,ada@x,"채점을 위해 제출되었습니다. - 월요일, 27 1월 2020, 02:00 오후 까지 '
        '연장되었습니다.",,22.00,"2020년 1월 25일, 토요일, 오후 01:00",-,\n'
    ),
    "ja": (
        'ID,フルネーム,IDナンバ,メールアドレス,ステータス,評点,最大評点,"最終更新日時 (提出)",'
        '"最終更新日時 (評定)",フィードバックコメント\n'
        '参加者71,Ada Lovelace,0310,ada@x,"評定のために提出済み - '
        '次の日時まで延長が許可されました: 2020年 01月 27日(月曜日) 14:00",,"22,00","2020年 01月 '
        '25日(土曜日) 13:00",-,\n'
    ),
    "zh": (
        "标识符,全名,学号,电子邮件地址,状态,成绩,最高分,上次修改（作业）,上次修改（评分）,反馈意见\n"
        '参与人71,Ada Lovelace,0310,ada@x,"已提交请评分 - 延期到：2020年01月27日 星期一 14:00",,'
        '"22,00","2020年01月25日 星期六 13:00",-,\n'
    ),
}


@pytest.mark.parametrize("language", WORKSHEETS)
def test_one_worksheet_is_roster_times_extensions_and_sheet(language: str, tmp_path: Path) -> None:
    path = table(tmp_path, WORKSHEETS[language])
    ada = Student("0310", "Ada Lovelace", "ada@x", "71")
    assert read_roster(path) == [ada]
    assert read_times(path, BERLIN) == {ada: Submitted(AT_NOON, zoneless=True)}
    assert read_extensions(path) == {ada: Extension(until=datetime(2020, 1, 27, 14, 0))}
    assert is_worksheet(path)
    held = columns(WORKSHEETS[language].splitlines()[0].replace('"', "").split(","))
    assert {Column.GRADE, Column.MAXIMUM, Column.GRADED, Column.FEEDBACK, Column.STATUS, Column.LMS} <= set(held)


def test_two_of_one_name_are_told_apart_by_moodles_numbers() -> None:
    for name in ("moodle-worksheet-de.csv", "moodle-worksheet-en.csv"):
        students = read_roster(TABLES / name)
        roster = Roster(students)
        assert [one.id for one in students] == ["0310000", "3100037"]
        for one, lms in zip(students, ("7345100", "7345107"), strict=True):
            assert roster.find(Student(name="Jürgen Müller", lms=lms), f"Jürgen Müller_{lms}") == one
        assert roster.find(Student(name="Jürgen Müller"), "Jürgen Müller") is None
        assert len(read_times(TABLES / name, BERLIN)) == 2


# --- the other platforms ---------------------------------------------------------------------------------------------


def test_a_gradebook_of_canvas_has_lines_that_are_nobody(tmp_path: Path) -> None:
    students = [
        Student("0041200", "Lovelace, Ada", "lovelace@example.org", "9000"),
        Student("0041201", "Turing, Alan", "turing@example.org", "9001"),
    ]
    book = (TABLES / "canvas-gradebook.csv").read_text(encoding="utf-8")
    assert read_roster(TABLES / "canvas-gradebook.csv") == students
    path = table(tmp_path, f'{book}\n\n"Student, Test",9999,,0f3a,2DVDL-01,,,,,,\n')
    assert read_roster(path) == students
    bare = table(tmp_path, 'Student,ID,Section,A 9 (7)\n    Points Possible,,,22\n\n"Lovelace, Ada",9000,A,\n')
    assert read_roster(bare) == [Student("9000", "Lovelace, Ada", "", "9000")]
    parted = "LastName,FirstName,ID,SIS Login ID,Section\n    Points Possible,,,,\nLovelace,Ada,9000,ada,A\n"
    assert read_roster(table(tmp_path, f"{parted}Student,Test,9999,0f3a,A\n")) == [
        Student("9000", "Ada Lovelace", "ada", "9000")
    ]


def test_one_word_means_what_the_table_says(tmp_path: Path) -> None:
    """A "Student" is a number, and beside a number a name; an "ID" is the course's, and Moodle's in its worksheet."""
    assert read_roster(table(tmp_path, "Student\n4711\n")) == [Student("4711")]
    assert read_roster(table(tmp_path, "Student,ID\nAda,4711\n")) == [Student("4711", "Ada")]
    german = "ID,Vollständiger Name,Bewertung,Zuletzt geändert (Bewertung)\nTeilnehmer/in71,Ada,,-\n"
    assert read_roster(table(tmp_path, german)) == [Student("71", "Ada", "", "71")]
    for header, cells in (
        ("Name;Vorname", "Lovelace;Ada"),
        ("Nome;Cognome", "Ada;Lovelace"),
        ("Nom;Prénom", "Lovelace;Ada"),
    ):
        assert read_roster(table(tmp_path, f"ID;{header}\n1;{cells}\n")) == [Student("1", "Ada Lovelace")]
    full = "ID,First name,Full name\n1,Ada,Ada Lovelace\n"
    assert read_roster(table(tmp_path, full)) == [Student("1", "Ada Lovelace")]
    assert columns(["Nom", "Prénom"]) == [Column.LAST, Column.FIRST]


@pytest.mark.parametrize(
    ("text", "student"),
    [
        (
            "identifier,github_username,github_id,name\n4711,ada-l,77,Ada Lovelace\n",
            Student("4711", "Ada Lovelace", "", "ada-l"),
        ),
        (
            "First Name,Last Name,SID,Email,Role\nAda,Lovelace,4711,ada@x,Student\n",
            Student("4711", "Ada Lovelace", "ada@x"),
        ),
        (
            '"Last Name","First Name","Username","Student ID","A 9 [Total Pts: 22 Score] |53"\n'
            '"Lovelace","Ada","alove","4711",""\n',
            Student("4711", "Ada Lovelace", "", "alove"),
        ),
        (
            "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n"
            "#4711,#alove,Lovelace,Ada,ada@x,#\n",
            Student("4711", "Ada Lovelace", "ada@x", "alove"),
        ),
        (
            "Nachname;Vorname;Benutzername;E-Mail;Matrikelnummer\nLovelace;Ada;alove;ada@x;4711\n",
            Student("4711", "Ada Lovelace", "ada@x", "alove"),
        ),
    ],
)
def test_rosters_of_github_gradescope_blackboard_brightspace_and_ilias(
    text: str, student: Student, tmp_path: Path
) -> None:
    assert read_roster(table(tmp_path, text)) == [student]


def test_somebody_is_found_by_the_name_that_they_log_in_with() -> None:
    roster = Roster([Student("4711", "Ada Lovelace", "", "ada-l"), Student("4712", "A. Turing", "", "s0310000")])
    assert roster.find(Student(name="exercise-9-ada-l"), "exercise-9-ada-l") == Student(
        "4711", "Ada Lovelace", "", "ada-l"
    )
    assert roster.find(Student(id="s0310000"), "s0310000") == Student("4712", "A. Turing", "", "s0310000")
    assert roster.find(Student(name="exercise-9-l"), "exercise-9-l") is None


# --- what spreadsheets do --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ['"=""2022345"""', "'2022345", "2022345.0", '"2022345,00"'])
def test_ids_that_a_spreadsheet_dressed_up_are_read_and_told(text: str, tmp_path: Path) -> None:
    path = table(tmp_path, f"id,name\n{text},Ada\n")
    assert read_roster(path) == [Student("2022345", "Ada")]
    (note,) = mangled_ids(path)
    assert re.fullmatch(r"table\.csv, line 2: a spreadsheet made .+ of an id; it was read as '2022345'\.", note)


@pytest.mark.parametrize("text", ['"2,022E+11"', "2.022E+11", "2e+11"])
def test_ids_that_a_spreadsheet_shortened_are_refused(text: str, tmp_path: Path) -> None:
    said = "line 2: a spreadsheet shortened an id to .*, and its last digits are gone. Export the table again"
    with pytest.raises(UsageError, match=said):
        read_roster(table(tmp_path, f"id,name\n{text},Ada\n"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('id,name\n1,"Ada\n2,Alan\n3,Kurt\n', "line 2: this line cannot be read (unexpected end of data)."),
        ('id,name\n1,"Ada\n2,"Alan"\n3,Kurt\n', "line 2: this line cannot be read (',' expected after '\"')."),
        ('sep=,\nid,name\n1,"Ada\nLovelace"\n2,"Alan\n', "line 5: this line cannot be read"),
        ('sep=,\nid,name\n1,"Ada\nLovelace"\n1,Alan\n', "line 5: 1 is listed twice."),
        (
            "Identifikátor,Celé jméno,Status\n1,Ada,-\n",
            "none of the columns of this roster (Identifikátor, Celé jméno, Status) is known as an id, a name",
        ),
    ],
)
def test_a_roster_that_would_lose_somebody_is_refused_with_the_line(text: str, sentence: str, tmp_path: Path) -> None:
    """A quotation mark that is not closed makes one cell of the lines below it."""
    with pytest.raises(UsageError, match=re.escape(sentence)):
        read_roster(table(tmp_path, text))


def test_ids_as_they_are_need_no_word(tmp_path: Path) -> None:
    assert mangled_ids(table(tmp_path, "id,name\n0041200,Ada\ns12,Alan\n")) == ()


# --- times and extensions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("samedi 25 janvier 2020, 13:59", datetime(2020, 1, 25, 13, 59)),
        ("sábado, 25 de enero de 2020, 13:59", datetime(2020, 1, 25, 13, 59)),
        ("mercoledì, 1 aprile 2020, 09:05", datetime(2020, 4, 1, 9, 5)),
        ("zaterdag, 25 januari 2020, 13:59", datetime(2020, 1, 25, 13, 59)),
        ("Saturday, 25 January 2020, 1:59\u202fPM", datetime(2020, 1, 25, 13, 59)),
        ("25.01.2020 13:59", datetime(2020, 1, 25, 13, 59)),
        ("25/01/2020 13:59:30", datetime(2020, 1, 25, 13, 59, 30)),
        ("01/25/2020 1:59 PM", datetime(2020, 1, 25, 13, 59)),
    ],
)
def test_times_in_moodles_languages_and_in_digits(text: str, at: datetime) -> None:
    assert read_time(text) == at


@pytest.mark.parametrize(
    "text",
    ["Tue, 25 Jan 2022 12:59:00 +0000", "Tue Jan 25 2022 13:59:00 GMT+0100", "25 January 2022, 7:59 AM -0500",
     "Jan 25, 2022 12:59 UTC"],
)  # fmt: skip
def test_an_offset_behind_a_time_in_words_is_the_times(text: str) -> None:
    """It was dropped, and the time read on the rubric's clock."""
    assert read_time(text) == datetime(2022, 1, 25, 12, 59, tzinfo=UTC)


@pytest.mark.parametrize("half", ["em", "nachm.", "de la tarde"])
def test_an_hour_of_twelve_with_an_unknown_word_behind_it_is_asked_about(half: str) -> None:
    """1:59 in the afternoon was read as in the morning."""
    with pytest.raises(ValueError, match="two halves of the day"):
        read_time(f"25 januari 2022 01:59 {half}")
    for known in (f"25 januari 2022 13:59 {half}", "25. Januar 2022 um 1:59 Uhr", "25 Ocak 2022, 01:59 ÖS"):
        assert read_time(known).minute == 59


def test_gradescopes_times_have_an_offset() -> None:
    assert read_time("2020-01-25 13:59:00 +0100") == datetime(2020, 1, 25, 12, 59, tzinfo=UTC)
    assert read_time("2020-01-25 12:59:00 UTC") == datetime(2020, 1, 25, 12, 59, tzinfo=UTC)


@pytest.mark.parametrize("text", ["03/04/2020 13:59", "soon", "31 February 2020, 10:00", "25 Nonsense 2020, 10:00"])
def test_what_may_mean_two_times_or_none_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        read_time(text)


def test_extensions_are_a_date_or_days(tmp_path: Path) -> None:
    path = table(tmp_path, "id;due;days\n1;27.01.2020 14:00;\n2;;3\n3;-;-\n")
    assert read_extensions(path) == {
        Student("1"): Extension(until=datetime(2020, 1, 27, 14)),
        Student("2"): Extension(days=3),
    }
    with pytest.raises(UsageError, match="line 2: 'soon' is not a valid extension; write a time"):
        read_extensions(table(tmp_path, "id,due\n1,soon\n"))
    assert len(read_extensions(table(tmp_path, "id,days\n1,3\n1,3\n"))) == 1
    with pytest.raises(UsageError, match=r"line 3: 1 is listed twice, with another extension\."):
        read_extensions(table(tmp_path, "id,days\n1,3\n1,1\n"))
    with pytest.raises(UsageError, match="there are no extensions in this table"):
        read_extensions(table(tmp_path, "id,due\n1,\n"))
