# The service: its wheel and the locked versions of what it needs, every hash checked, in a small image that runs as
# nobody special. Built from the top of the checkout; compose.yml does it.

FROM python:3.11.14-slim-bookworm AS needed
# The tag is pinned; whoever reaches a registry pins its digest, too (@sha256:...).
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1
RUN python -m venv /uv && /uv/bin/pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /source
COPY . .
# The lock holds the tools of developers as well: what the wheel needs is taken out of it, versions and hashes as they
# stand there.
RUN cp requirements.lock needed.lock \
    && /uv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url -o needed.lock pyproject.toml >/dev/null \
    && /uv/bin/uv venv --quiet /opt/callcenter \
    && /uv/bin/uv pip sync --quiet --compile-bytecode --python /opt/callcenter/bin/python --require-hashes needed.lock \
    && /opt/callcenter/bin/python -m callcenter.web.pages.schema >/openapi.json

# The page that people work in; no Node is left at run time.
FROM node:24-bookworm-slim AS page
WORKDIR /source/callcenter/web/ui
COPY callcenter/web/ui .
RUN npm ci --ignore-scripts
COPY --from=needed /openapi.json /openapi.json
RUN npx --no openapi-typescript /openapi.json --default-non-nullable false -o src/api/schema.d.ts && npm run build

FROM needed AS built
COPY --from=page /source/callcenter/web/static callcenter/web/static
RUN /uv/bin/uv build --quiet --wheel --out-dir /wheel --build-constraints requirements.lock --require-hashes \
    && /uv/bin/uv pip install --quiet --compile-bytecode --python /opt/callcenter/bin/python --no-deps /wheel/*.whl

FROM python:3.11.14-slim-bookworm
# Folders that volumes are mounted on belong to the service: a new volume takes its owner from them.
RUN groupadd --gid 10001 callcenter \
    && useradd --uid 10001 --gid callcenter --no-create-home --home-dir /var/lib/callcenter --shell /usr/sbin/nologin \
        callcenter \
    && install -d -o callcenter -g callcenter -m 0750 \
        /var/lib/callcenter /etc/asterisk /secrets/switch /secrets/pages \
    && install -d -o callcenter -g callcenter -m 0755 /secrets/database /secrets/broker /secrets/grafana
COPY --from=built /opt/callcenter /opt/callcenter
ENV PATH=/opt/callcenter/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /var/lib/callcenter
ENTRYPOINT ["callcenter"]
CMD ["serve"]
