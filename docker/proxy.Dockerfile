# TLS for browsers, by Debian's nginx, as nobody special.

FROM debian:trixie-slim
# Debian mends this version, and keeps no older one, so none is named.
# hadolint ignore=DL3008
RUN groupadd --gid 10001 proxy-tls \
    && useradd --uid 10001 --gid proxy-tls --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin proxy-tls \
    && apt-get update \
    && apt-get install --yes --no-install-recommends nginx-light wget \
    && rm -rf /var/lib/apt/lists/*
COPY docker/proxy /proxy
USER 10001:10001
ENTRYPOINT ["/proxy/start"]
