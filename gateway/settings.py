"""Every setting: an environment variable, or a line in `.env`."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graph_model.identity.normalise import is_country


class Settings(BaseSettings):
    """The gateway's settings. Their variables have the prefix `GATEWAY_`, the four of Neo4j's aside.

    Raises pydantic's ValidationError for a value that cannot be.
    """

    model_config = SettingsConfigDict(
        env_prefix="GATEWAY_", env_file=".env", extra="ignore", populate_by_name=True
    )

    neo4j_uri: str | None = Field(None, validation_alias="NEO4J_URI")
    """Bolt or neo4j URI of a Neo4j, 5.26 LTS or later. Unset: the gateway starts its embedded graph."""
    neo4j_user: str = Field("neo4j", validation_alias="NEO4J_USER")
    """User of that Neo4j."""
    neo4j_password: SecretStr = Field(SecretStr(""), validation_alias="NEO4J_PASSWORD")
    """Password of that user."""
    neo4j_database: str = Field("neo4j", validation_alias="NEO4J_DATABASE")
    """Database in that Neo4j."""

    host: str = "127.0.0.1"
    """Address to listen on. Until access control exists, only loopback is taken without `insecure`."""
    port: int = Field(8000, ge=0, le=65_535)
    """Port to listen on; 0 takes a free one."""
    insecure: bool = False
    """Listen on an address that others can reach although everybody may do everything."""
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins of web pages that may use the gateway, parted by commas, such as https://app.example.com."""
    data_dir: Path = Path(".identity-gateway")
    """Folder of the embedded graph: its databases, log and password. One gateway at a time holds it."""
    uploads_dir: Path | None = None
    """Folder of the files that bulk jobs read; gateways that share it take parts of the same jobs. Unset:
    `uploads` in the folder of the embedded graph."""
    upload_quota: int = Field(50_000_000_000, ge=1)
    """Most bytes that uploaded files may take on disk, all jobs together."""
    upload_keep: float = Field(86_400.0, ge=0)
    """Seconds that files stay of a job that failed or was aborted, and unfinished parts of one that was not;
    those of a job that is complete are deleted at once."""
    max_expansion: int = Field(100, ge=1)
    """Most bytes that a byte of a compressed file may expand to."""
    embedded_heap: str | None = Field(None, pattern=r"^[0-9]+[mg]$")
    """Most memory that the embedded graph takes for itself, in Java's notation (`4g`). Unset: a quarter of
    the machine's or the container's, 1 to 16 GB."""
    default_country: str | None = None
    """Country (ISO 3166-1 alpha-2) of phone numbers that name none, in records that name none."""
    persisted_queries: bool = True
    """Keep documents that clients send with their hash, so that the hash is enough from then on (APQ)."""
    trusted_documents: Path | None = None
    """File of trusted documents, from graphql-codegen, relay-compiler or Apollo; read at start only."""
    trusted_only: bool = False
    """Execute trusted documents and no others. GraphiQL is off then."""
    waiting_records: int = Field(20_000, ge=1)
    """Most records that wait to be stored; who comes then is sent away with RETRY_LATER."""
    waiting_bytes: int = Field(32_000_000, ge=1)
    """Most bytes of JSON of records that wait to be stored. In memory they take about ten times as much."""
    ingest_bodies: int = Field(32, ge=1)
    """Most bodies of POST /ingest that are read at the same time."""
    ingest_idle: float = Field(300.0, gt=0)
    """Seconds after which such a body is given up if nothing of it comes, or its answer is not read."""
    spool_quota: int = Field(1_000_000_000, ge=0)
    """Most bytes that answers to such bodies which are not read yet may take on disk, in `spool` in the
    folder of the embedded graph."""
    spool_patience: float = Field(30.0, gt=0)
    """Seconds that a body waits for room there, when its client does not read, before it ends."""
    max_body_bytes: int = Field(10_000_000, ge=1_000)
    """Largest request body and websocket message, in bytes."""
    max_tokens: int = Field(2_000, ge=1)
    """Most tokens (and comments) of a GraphQL document; it may have 16 characters for each."""
    max_depth: int = Field(15, ge=1)
    """Deepest nesting of fields in a document. Introspection by GraphiQL takes 15."""
    max_aliases: int = Field(30, ge=0)
    """Most aliases of an operation, its fragments spread."""
    max_directives: int = Field(50, ge=0)
    """Most directives of an operation, its fragments spread."""
    max_fields: int = Field(1_000, ge=1)
    """Most fields that a document selects, its fragments spread."""
    max_cost: int = Field(500_000, ge=1)
    """Most points that an operation may cost: the fields that its answer can hold."""
    rate_points: int = Field(1_000_000, ge=0)
    """Points that a client may spend a second; 0 sets no limit."""
    rate_burst: int = Field(10_000_000, ge=1)
    """Points that a client may have saved up."""
    introspection: bool = True
    """Whether clients may ask for the schema, and errors suggest names from it."""
    operation_timeout: float = Field(40.0, gt=0)
    """Seconds after which a query is stopped, and a mutation's client is answered while it goes on."""
    statement_timeout: float = Field(30.0, gt=0)
    """Seconds that a statement or a transaction may take."""
    graph_patience: float = Field(30.0, gt=0)
    """Seconds for which an operation waits while the graph is away or in conflict."""
    shutdown_seconds: float = Field(10.0, ge=0)
    """Seconds that running work may take to finish at SIGTERM."""
    init_timeout: float = Field(5.0, gt=0)
    """Seconds within which a websocket client must send connection_init."""
    keep_alive: float = Field(12.0, gt=0)
    """Seconds between signs of life on websockets and event streams."""
    sweep_interval: float = Field(60.0, gt=0)
    """Seconds between looks for thresholds that only the clock has crossed."""
    event_poll: float = Field(0.5, gt=0)
    """Seconds until an event that another gateway process committed is seen at the latest."""
    threshold_lifetime_value: int = Field(500, ge=0)
    """Lifetime value (in any one currency) from which a customer is valuable."""
    threshold_silent_days: int = Field(180, ge=1)
    """Days without an order after which a customer is silent."""
    job_lease: float = Field(30.0, gt=0)
    """Seconds without a sign of life after which another gateway goes on with the jobs of one."""
    webhook_timeout: float = Field(20.0, gt=0, le=25)
    """Seconds that an endpoint has to answer a webhook."""
    webhook_at_once: int = Field(8, ge=1, le=100)
    """Most events that are sent to an endpoint at once, each about another individual."""
    webhook_most_held: int = Field(5_000, ge=1)
    """Most events of a webhook that wait because they, or others before them, failed; with more of them the
    webhook takes no new ones."""
    event_source: str = "/identity-gateway"
    """The `source` of the CloudEvents that webhooks receive."""
    metrics: bool = True
    """Count what happens, and answer /metrics."""
    otel: bool = False
    """Send traces and metrics by OTLP, as OpenTelemetry's own variables say; needs the extra `otel`."""
    slow_statement: float = Field(1.0, gt=0)
    """Seconds from which a statement is logged as slow."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level that is logged."""
    log_format: Literal["auto", "json", "text"] = "auto"
    """Form of the log on standard error; auto is text on a terminal and JSON elsewhere."""

    @model_validator(mode="before")
    @classmethod
    def _split(cls, values: dict[str, object]) -> dict[str, object]:
        origins = values.get("allowed_origins")
        if isinstance(origins, str):
            values["allowed_origins"] = tuple(part.strip() for part in origins.split(",") if part.strip())
        return values

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.insecure and not is_loopback(self.host):
            raise ValueError(
                f"GATEWAY_HOST: {self.host} can be reached by others, and everybody may do everything until "
                "access control exists. Set GATEWAY_INSECURE=1 if the network keeps strangers out."
            )
        if self.otel and not _has_otel():
            raise ValueError(
                "GATEWAY_OTEL: OpenTelemetry is not installed: pip install 'identity-gateway[otel]'."
            )
        if self.default_country is not None and not is_country(self.default_country):
            raise ValueError("GATEWAY_DEFAULT_COUNTRY: expected a code of ISO 3166-1 alpha-2, such as DE.")
        if self.trusted_only and self.trusted_documents is None:
            raise ValueError("GATEWAY_TRUSTED_ONLY: GATEWAY_TRUSTED_DOCUMENTS must name the file of them.")
        return self


def _has_otel() -> bool:
    try:
        import opentelemetry.exporter.otlp.proto.http
        import opentelemetry.sdk.trace  # noqa: F401
    except ImportError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
