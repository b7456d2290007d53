# Two stages: the first has what builds (Node from a wheel), the second only what runs. An installation that pins its
# images names the base by digest: --build-arg PYTHON=python:3.11-slim@sha256:…
ARG PYTHON=python:3.11-slim
FROM ${PYTHON} AS build
WORKDIR /src
COPY requirements/ requirements/
# What builds stands beside what runs, never in it.
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
      -r requirements/build.txt -r requirements/node.txt \
 && python -m venv /opt/skranke \
 && /opt/skranke/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
      -r requirements/run.txt -r requirements/pdf.txt
COPY pyproject.toml hatch_build.py alembic.ini ./
COPY app/ app/
COPY sla/ sla/
COPY service_catalog/ service_catalog/
COPY integrations/ integrations/
COPY migrations/ migrations/
# Installed from a wheel, so that the image holds no second copy of the source; pip stays behind, and the bill of
# materials (CycloneDX) goes along.
RUN SKRANKE_NODE=wheel /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/skranke/bin/pip install --no-cache-dir --no-deps /dist/*.whl \
 && /opt/skranke/bin/python -m requirements.sbom /opt/skranke/share/skranke.cdx.json \
 && /opt/skranke/bin/pip uninstall --yes setuptools pip

FROM ${PYTHON}
# The embedded database is for trials; production names its server with SKRANKE_DATABASE_URL_FILE (a mounted secret).
ENV PATH=/opt/skranke/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SKRANKE_HOST=0.0.0.0 \
    SKRANKE_DATA=/var/lib/skranke
# The distribution's newest corrections, and what turns an agreement into a PDF to sign.
RUN apt-get update \
 && apt-get upgrade --yes \
 && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --shell /usr/sbin/nologin --home-dir /var/lib/skranke --create-home skranke
# Owned by root: the program cannot change itself. Run it with --read-only --tmpfs /tmp --cap-drop ALL
# --security-opt no-new-privileges; only /var/lib/skranke is written to.
COPY --from=build /opt/skranke /opt/skranke
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
VOLUME /var/lib/skranke
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
CMD ["skranke", "serve"]
