# The whole grader in one image, for machines that have nothing but Docker; docs/docker.md says how to use it. The image of
# workers for the docker sandbox is another one: grader/sandbox/docker/Dockerfile.
#
#   BASE   any Linux image with Python 3.11 or newer, venv and pip; one with CUDA's libraries where torch needs them
#   TORCH  what pip is asked for as torch, with options if need be ("torch --index-url ..."); empty: no torch, exercises 1 to 3
#
# An optional folder wheels/ in the build context is searched before any index. No BuildKit feature is used: the Docker SDK
# speaks to the classic builder.
ARG BASE=python:3.11-slim

# ---- an editable install keeps the assignment's data where the code looks for it
FROM ${BASE} AS whole
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# The brackets make the folder optional: a pattern may match nothing as long as another source is there.
COPY pyproject.toml constraints.txt wheel[s] /build/
ARG TORCH=torch
RUN python3 -m venv --system-site-packages /venv \
 && /venv/bin/python -c "import tomllib; print(*tomllib.load(open('/build/pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
      > /build/requirements.txt \
 && /venv/bin/python -m pip install --quiet --constraint /build/constraints.txt --find-links /build \
      --requirement /build/requirements.txt $TORCH
RUN find /venv -depth -type d \( -name tests -o -path '*/torch/include' -o -path '*/torch/test' \) -exec rm -r {} +
COPY pyproject.toml README.md LICENSE /app/
COPY grader /app/grader
RUN /venv/bin/python -m pip install --quiet --no-deps --editable /app && /venv/bin/python -m compileall -q /app/grader

FROM ${BASE} AS grader
COPY --from=whole /venv /venv
COPY --from=whole /app /app
ENV PATH=/venv/bin:$PATH LANG=C.UTF-8 HOME=/tmp
WORKDIR /tmp
USER 65534:65534
ENTRYPOINT ["/venv/bin/grader"]
