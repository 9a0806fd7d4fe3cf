"""Makes an nbgrader course: one assignment of one notebook, solved, and handed in by each student.

python make.py STUDENT...       in the course's folder, with fourchecks.py and submission.py beside
"""

import shutil
import subprocess
import sys
from pathlib import Path

from nbformat import v4, write

CHECKS = {
    "pool_even": "maxpool2x2_backward",
    "pool_odd": "maxpool2x2_backward",
    "convolution_input": "conv3x3_backward_input",
    "convolution_weight": "conv3x3_backward_weight",
}


def meta(name, **more):
    return {"nbgrader": {"schema_version": 3, "grade_id": name, "locked": False, "solution": False, **more}}


def main():
    code = "### BEGIN SOLUTION\n" + Path("submission.py").read_text() + "### END SOLUTION\n"
    cells = [v4.new_code_cell(code, metadata=meta("answer", solution=True, grade=False, task=False))]
    for check, function in CHECKS.items():
        source = f"import fourchecks\nassert fourchecks.{check}({function})"
        cells.append(v4.new_code_cell(source, metadata=meta(check, grade=True, points=1, task=False)))
    source = Path("source/four")
    source.mkdir(parents=True)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    write(v4.new_notebook(cells=cells, metadata=kernel), source / "four.ipynb")
    shutil.copy("fourchecks.py", source)
    Path("nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'course'\n")
    subprocess.run([sys.executable, "-m", "nbgrader", "generate_assignment", "four", "--force"], check=True)
    for student in sys.argv[1:]:
        shutil.copytree(source, Path("submitted") / student / "four")


if __name__ == "__main__":
    main()
