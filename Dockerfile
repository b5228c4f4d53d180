FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /opt/identity-gateway \
    && /opt/identity-gateway/bin/pip install --no-cache-dir --require-hashes --requirement requirements/runtime.txt \
    && pip install --no-cache-dir --require-hashes --requirement requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY gateway/ gateway/
COPY resolvers/ resolvers/
COPY graph_model/ graph_model/
RUN pip wheel --no-build-isolation --no-deps --wheel-dir dist . \
    && /opt/identity-gateway/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.11-slim
RUN useradd --system --no-create-home identity-gateway \
    && install --directory --owner identity-gateway --mode 0700 /var/lib/identity-gateway
COPY --from=build /opt/identity-gateway /opt/identity-gateway
ENV PATH=/opt/identity-gateway/bin:$PATH PYTHONUNBUFFERED=1 GATEWAY_DATA_DIR=/var/lib/identity-gateway
WORKDIR /var/lib/identity-gateway
USER identity-gateway
EXPOSE 8000
CMD ["identity-gateway", "serve", "--host", "0.0.0.0"]
