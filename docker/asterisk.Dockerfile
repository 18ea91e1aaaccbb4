# Asterisk 22, as Debian packages it (no released Debian does), with the prompts of dialplans/. Its configuration comes
# at each start from `callcenter lab render`, in a volume: no secret and no address is in the image.

FROM debian:sid-slim AS prompts
# sid keeps no older version of a package, so none is named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends espeak-ng python3 \
    && rm -rf /var/lib/apt/lists/*
COPY dialplans/prompts /prompts
RUN python3 /prompts/make /spoken

FROM debian:sid-slim
# The same user as the service's: it reads the configuration that the service's image has written. Modules are found
# at one place on every architecture.
# hadolint ignore=DL3008
RUN groupadd --gid 10001 asterisk \
    && useradd --uid 10001 --gid asterisk --no-create-home --home-dir /var/lib/asterisk --shell /usr/sbin/nologin \
        asterisk \
    && apt-get update \
    && apt-get install --yes --no-install-recommends asterisk tzdata \
    && rm -rf /var/lib/apt/lists/* /etc/asterisk/* /var/lib/asterisk/* /var/log/asterisk/* \
    && case "$(asterisk -V)" in 'Asterisk 22.'*) ;; *) exit 1 ;; esac \
    && ln -s /usr/lib/*/asterisk/modules /usr/lib/asterisk-modules \
    && install -d -o asterisk -g asterisk -m 0750 /etc/asterisk /var/lib/asterisk /run/asterisk \
    && install -d -o asterisk -g asterisk -m 0755 /var/log/asterisk
COPY --from=prompts /spoken /usr/share/callcenter/prompts
USER 10001:10001
WORKDIR /var/lib/asterisk
ENTRYPOINT ["/usr/sbin/asterisk", "-f", "-C", "/etc/asterisk/asterisk.conf"]
