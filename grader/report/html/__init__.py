"""The pages: one for a student, one for a class. Pure functions from reports to the text of a self-contained file."""

from grader.report.html.class_page import Remark, Ungraded, class_page
from grader.report.html.class_statistics import Entry
from grader.report.html.comparison_page import Comparison, comparison_page
from grader.report.html.student_page import student_page

__all__ = ["Comparison", "Entry", "Remark", "Ungraded", "class_page", "comparison_page", "student_page"]
