# Everything that the project does, a line each. `make grade` and `make test` set up all they need themselves.

PYTHON ?= python3
BIN := .venv/bin
SEEDS ?= 3
MINUTES ?= 60
EXAMPLES := $(patsubst %/rubric.toml,%,$(wildcard examples/*/rubric.toml))
ON_ALL_CORES := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
THREE := --exercise 1 --exercise 2 --exercise 3
PLAIN := ATEN_CPU_CAPABILITY=default ONEDNN_MAX_CPU_ISA=SSE41 OPENBLAS_CORETYPE=Nehalem
export PYTHONWARNINGS =
export PYTHONDONTWRITEBYTECODE =

.PHONY: grade test thorough quick check lint format assignments galleries processors fuzz kills soak gpu kernels pythons hostile schema pictures clean bench docs

grade: .venv/grading                    ## grade the reference solution through every stage and print its points
	$(BIN)/grader grade reference --output results.json

test: .venv/installed                   ## the tests, on all cores
	$(ON_ALL_CORES) -m "not thorough" --costs=build/test-costs.tsv

thorough: .venv/installed               ## the same once more: in the other sandboxes, with more cases and more seeds
	$(ON_ALL_CORES) -m thorough --costs=build/thorough-costs.tsv

quick: .venv/installed                  ## the inner loop: everything that takes no training and no whole gallery
	$(BIN)/python -m pytest -q -x -n 2 --dist loadfile -m "not slow and not thorough"

check: lint test thorough               ## every gate

lint: .venv/installed                   ## style, types and the direction of imports
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/mypy grader --platform win32 --cache-dir .mypy_cache/win32
	$(BIN)/mypy grader --platform darwin --cache-dir .mypy_cache/darwin
	$(BIN)/lint-imports

format: .venv/installed                 ## put the code into the one style
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

assignments: .venv/installed            ## the grader's grader over our own assignments: what is missing, what no check catches
	$(BIN)/grader lint $(THREE) --seeds 3 --gallery-seeds 1
	$(BIN)/grader mutants $(THREE) --count 15 --seed 5
	for example in $(EXAMPLES); do \
	    $(BIN)/grader lint $$example --seeds 3 --gallery-seeds 1 && \
	    $(BIN)/grader mutants $$example --count 15 --seed 5 || exit 1; done

galleries: .venv/installed              ## which check catches which wrong answer, over SEEDS seeds; false accepts and rejects
	$(BIN)/python -m scripts.galleries --seeds $(SEEDS)
	$(BIN)/python -m tests.test_gradients 1000

processors: .venv/installed             ## what trains, once more with the instructions of the oldest processor: the same points
	$(PLAIN) $(BIN)/python -m scripts.galleries --gallery right --exercise 4
	$(PLAIN) $(BIN)/python -m pytest -q tests/test_compare.py

mutants: .venv/installed                ## 3,000 mutants of right answers, beside what plain calculation says they deserve
	$(BIN)/python -m scripts.mutants

fuzz: .venv/installed                   ## a million malformed messages
	$(BIN)/python -m scripts.fuzz

bench: .venv/installed                  ## every benchmark, one after the other: see docs/performance.md
	for name in gradient symbolic floor examples shapes student watch klass scale training seeds desk; do $(BIN)/python -m benchmarks.$$name || exit 1; done

kills: .venv/installed                  ## a class, killed 200 times at random moments, and what it starts 20 times
	$(BIN)/python -m scripts.kill_class --kills 200

soak: .venv/installed                   ## an hour of classes while something goes wrong; MINUTES=10 is the short form
	$(BIN)/python -m scripts.soak --minutes $(MINUTES)

gpu: .venv/installed                    ## everything about a GPU, in eight minutes; without one its plan runs on the CPU
	$(BIN)/python -m scripts.gpu_report

kernels: .venv/installed                ## the jail on other kernels and on aarch64, in emulated machines (root, Debian)
	$(BIN)/python -m scripts.kernels

pythons: .venv/installed                ## the tests on other versions of Python, in roots of Debian's releases (root, Debian)
	$(BIN)/python -m scripts.pythons

hostile: .venv/installed                ## what every attack wins in every sandbox
	$(BIN)/python -m scripts.hostile_table

pictures: .venv/installed               ## make the pictures of the README and the docs anew
	$(BIN)/python -m scripts.pictures
	$(BIN)/python -m scripts.desk_pictures

docs: .venv/site                        ## the project's site, into build/site: warnings are errors, links are checked
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

schema: .venv/installed                 ## write the published schema of results.json anew
	$(BIN)/python -m grader.schema > grader/report/results.schema.json

.venv/grading: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[desk,torch]'
	touch $@

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch .venv/grading $@

.venv/site: .venv/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[site]'
	touch $@

clean:                                  ## remove what the other targets made
	rm -rf .venv build dist *.egg-info results.json results
