"""The log: structured lines on standard error."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

import structlog

from gateway.settings import Settings
from gateway.telemetry.lines import add_request_id
from gateway.tracebacks import format_exception, write_exception

_log = structlog.get_logger(__name__)


def configure_logs(settings: Settings) -> None:
    """Log from the set level up, as text on a terminal and as JSON elsewhere unless set otherwise.

    Libraries' own loggers are heard from warnings up only: below that they may quote what they carry. The
    messages of exceptions are left out (`gateway.tracebacks`).
    """
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared: list[structlog.types.Processor] = [
        add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: list[structlog.types.Processor] = (
        [structlog.processors.ExceptionRenderer(format_exception), structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=write_exception)]
    )
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    # What the driver warns of while the graph is away, the gateway says itself.
    logging.getLogger("neo4j").setLevel(logging.ERROR)


def log_loop_error(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """An event loop's exception handler. The loop's own would quote the exception in its message."""
    _log.error("event_loop_error", problem=context["message"], exc_info=context.get("exception"))
