# Two images of one build: `worker`, in which a student's code runs and which holds nothing of the grader but the child's
# own files, and `grader`, the whole command for machines that have nothing but Docker. docs/docker.md says how to use them.
#
#   BASE   any Linux image with Python 3.11 or newer, venv and pip; one with CUDA's libraries where torch needs them
#   TORCH  what pip is asked for as torch, with options if need be ("torch --index-url ..."); empty: no torch, exercises 1 to 3
#
# An optional folder wheels/ in the build context is searched before any index. No BuildKit feature is used: the Docker SDK
# speaks to the classic builder.
ARG BASE=python:3.11-slim

# ---- of all pins, a worker's own: so that a new version of a tool of ours does not build torch's layer anew
FROM ${BASE} AS pins
COPY constraints.txt /
RUN grep -Ei '^(filelock|fsspec|jinja2|markupsafe|mpmath|networkx|numpy|sympy|torch|typing.extensions)==' /constraints.txt > /pins.txt

# ---- the packages that a worker may know, in the versions that were tested together
FROM ${BASE} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
COPY --from=pins /pins.txt /build/
RUN python3 -m venv --system-site-packages /venv \
 && /venv/bin/python -m pip install --quiet --constraint /build/pins.txt numpy sympy
# The brackets make the folder optional: a pattern may match nothing as long as another source is there, whatever it is.
COPY LICENSE wheel[s] /build/
ARG TORCH=torch
# In a folder of its own, which the sandbox covers up for workers that must not have it; numpy and sympy are there already.
RUN mkdir /torch && echo /torch > "$(echo /venv/lib/python3*/site-packages)/torch.pth" \
 && { test -z "$TORCH" || /venv/bin/python -m pip install --quiet --constraint /build/pins.txt --find-links /build \
      --target /torch $TORCH; } \
 && rm -rf /torch/numpy* /torch/sympy* /torch/mpmath*
# What only a developer of those packages needs: their tests and C++ headers.
RUN find /venv /torch -depth -type d \( -name tests -o -path '*/torch/include' -o -path '*/torch/test' \) -exec rm -r {} +

# ---- no grader, no checks, no oracles, no reference: what a student's code can read in here, it may read
FROM ${BASE} AS worker
COPY --from=packages /venv /venv
COPY --from=packages /torch /torch
COPY grader/sandbox/child /worker/
RUN /venv/bin/python -m compileall -q /worker
WORKDIR /tmp
USER 65534:65534
ENTRYPOINT ["/venv/bin/python", "-I", "-S", "-B", "/worker", "relay"]

# ---- the whole grader; its editable install keeps the assignment's data where the code looks for it
FROM packages AS whole
COPY pyproject.toml constraints.txt /build/
RUN /venv/bin/python -c "import tomllib; print(*tomllib.load(open('/build/pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
      > /build/requirements.txt \
 && /venv/bin/python -m pip install --quiet --constraint /build/constraints.txt --find-links /build \
      --requirement /build/requirements.txt
COPY pyproject.toml README.md LICENSE /app/
COPY grader /app/grader
RUN /venv/bin/python -m pip install --quiet --no-deps --editable /app && /venv/bin/python -m compileall -q /app/grader

FROM ${BASE} AS grader
COPY --from=whole /venv /venv
COPY --from=whole /torch /torch
COPY --from=whole /app /app
ENV PATH=/venv/bin:$PATH LANG=C.UTF-8 HOME=/tmp
WORKDIR /tmp
USER 65534:65534
ENTRYPOINT ["/venv/bin/grader"]
