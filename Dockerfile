# syntax=docker/dockerfile:1
# The server, with TLS to PostgreSQL and without the demonstration. The build needs BuildKit (docker buildx).
#
#   docker build -t mintage .
#   docker run --rm -p 127.0.0.1:8080:8080 -v mintage:/var/lib/mintage mintage

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends build-essential perl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked -p mintage --no-default-features --features tls \
    && cp target/release/mintage /mintage

FROM debian:bookworm-slim
# curl asks whether the server is ready; the certificates are for PostgreSQL with sslrootcert=system.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 mintage \
    && useradd --system --uid 10001 --gid mintage --home-dir /var/lib/mintage --no-create-home mintage \
    && install -d -o mintage -g mintage -m 0700 /var/lib/mintage
COPY --from=build /mintage /usr/local/bin/mintage
USER mintage
WORKDIR /var/lib/mintage
VOLUME /var/lib/mintage
ENV MINTAGE_LISTEN=0.0.0.0:8080 \
    DATABASE_URL=sqlite:///var/lib/mintage/mintage.db
EXPOSE 8080
# The server finishes its requests after this signal.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["mintage"]
CMD ["serve"]
