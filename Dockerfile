# Three stages: the pages, the Python environment, and a small image that holds only what runs.

FROM node:22.12.0-bookworm-slim AS pages
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY dispatch/texts /build/dispatch/texts
COPY web ./
RUN npm run build

FROM python:3.12.8-slim-bookworm AS environment
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY pyproject.toml requirements.in ./
COPY center_protocols ./center_protocols
COPY geo ./geo
COPY dispatch ./dispatch
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12.8-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin greenchannel \
 && install --directory --owner=greenchannel --group=greenchannel --mode=0700 /data
COPY --from=environment /venv /venv
COPY --from=pages /build/web/dist /app/web/dist
COPY deploy/answers.py /app/deploy/answers.py
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER greenchannel
VOLUME /data
EXPOSE 8120
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s CMD ["python", "/app/deploy/answers.py"]
CMD ["greenchannel", "serve"]
