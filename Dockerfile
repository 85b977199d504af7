# syntax=docker/dockerfile:1
# One image for every role: `serve api`, `serve worker --queue fast|slow`, `serve feed`,
# `db migrate`. It holds no compiler, no Node, and neither of the embedded servers.
#
# The bases are arguments: put a digest behind the tag, as CI does, so that a rebuild is the
# same image. `--build-arg UI=prebuilt` takes frontend/out from the checkout instead of
# building it. Build with `--format docker` where the builder's default drops HEALTHCHECK.
ARG BASE=python:3.11-slim-bookworm
ARG NODE_BASE=node:20-bookworm-slim
ARG UI=build

FROM ${NODE_BASE} AS ui-build
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
ENV NEXT_TELEMETRY_DISABLED=1
RUN npm run build

FROM scratch AS ui-prebuilt
COPY frontend/out /src/frontend/out

# hadolint ignore=DL3006
FROM ui-${UI} AS ui

FROM ${BASE} AS deps
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/build && python -m venv /opt/venv
COPY requirements/build.lock requirements/runtime.lock /src/requirements/
RUN /opt/build/bin/pip install --require-hashes --only-binary=:all: \
      -r /src/requirements/build.lock \
 && /opt/build/bin/uv pip sync --python /opt/venv/bin/python --require-hashes \
      --compile-bytecode --no-cache /src/requirements/runtime.lock

FROM deps AS wheel
WORKDIR /src
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY app ./app
COPY models ./models
COPY migrations ./migrations
RUN /opt/build/bin/python -m hatchling build -t wheel -d /src/dist \
 && /opt/build/bin/uv pip install --python /opt/venv/bin/python --no-deps --no-cache \
      --compile-bytecode /src/dist/*.whl

FROM ${BASE} AS runtime
ARG REVISION=unknown
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="finnami" \
      org.opencontainers.image.description="Explained advice, judged payments, a ledger you verify" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Everything is owned by root and not writable; one writable folder, /tmp, is enough.
COPY --from=wheel /opt/venv /opt/venv
COPY --from=ui /src/frontend/out /opt/finnami/frontend/out
COPY LICENSE NOTICE /opt/finnami/
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    NUMBA_CACHE_DIR=/tmp/numba \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FINNAMI_DATA_DIR=/tmp/finnami \
    FINNAMI_FRONTEND_DIR=/opt/finnami/frontend/out \
    FINNAMI_METRICS_PORT=9464 \
    FINNAMI_PROBES_HOST=0.0.0.0
WORKDIR /opt/finnami
USER 10001:10001
EXPOSE 8000 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9464/readyz?deps=1', timeout=2)"]
ENTRYPOINT ["finnami"]
CMD ["serve", "api", "--host", "0.0.0.0"]
