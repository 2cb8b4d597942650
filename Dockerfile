# syntax=docker/dockerfile:1
# The service without its development tools. PostgreSQL is a server of its own: see compose.yaml.

FROM node:24-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY web/ ./
RUN npm run build

FROM python:3.11-slim-bookworm AS python
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/switchboard
COPY requirements-service.lock ./
RUN /opt/switchboard/bin/pip install --require-hashes --no-deps -r requirements-service.lock
WORKDIR /srv/switchboard
COPY alembic.ini LICENSE ./
COPY migrations/ migrations/
COPY simulator/ simulator/
COPY app/ app/
COPY --from=web /src/app/web/static/ app/web/static/
RUN /opt/switchboard/bin/python -m compileall -q app migrations simulator

FROM python:3.11-slim-bookworm
ENV PATH=/opt/switchboard/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SWITCHBOARD_HOME=/var/lib/switchboard
RUN groupadd --system --gid 10001 switchboard \
    && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/switchboard --create-home switchboard
COPY --from=python /opt/switchboard /opt/switchboard
COPY --from=python /srv/switchboard /srv/switchboard
WORKDIR /srv/switchboard
USER switchboard
VOLUME /var/lib/switchboard
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "-m", "app", "serve", "--all", "--host", "0.0.0.0"]
