"""Splink on DuckDB: pairs that share a key, each with the level of every attribute."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import duckdb
from duckdb.func import FunctionNullHandling
from splink import Linker
from splink.backends.duckdb import DuckDBAPI

from graph_model.identity.matching.comparisons import LEVELS
from graph_model.identity.rulesets.model import Ruleset
from graph_model.identity.splink.levels import COLUMNS, Levels, function_name
from graph_model.identity.splink.settings import GAMMA, gamma, settings, view

_BATCH = 10_000


def compared(ruleset: Ruleset, file: Path) -> Iterator[tuple[str, str, dict[str, int]]]:
    """Every pair of records of the Parquet file that share a key, the lesser first, with the levels that it
    reaches by attribute. Needs no more memory than DuckDB is given: what does not fit it keeps on disk."""
    with duckdb.connect() as connection:
        functions = Levels(ruleset).functions()
        for attribute, names in COLUMNS.items():
            name = function_name(attribute)
            # A level that follows from two columns may be one of the first alone: nulls are no answer yet.
            connection.create_function(
                name,
                functions[name],
                ["varchar"] * (2 * len(names)),
                "integer",
                null_handling=FunctionNullHandling.SPECIAL,
            )
        connection.read_parquet(str(file)).create_view("exported")
        connection.execute(f"CREATE TABLE records AS {view('exported')}")
        linker = Linker(DuckDBAPI(connection).register("records"), settings(ruleset), logging.WARNING)
        found = linker.inference.predict()
        chosen = ", ".join(f"{GAMMA}{attribute}" for attribute in LEVELS)
        connection.execute(f"SELECT unique_id_l, unique_id_r, {chosen} FROM {found.physical_name}")
        while rows := connection.fetchmany(_BATCH):
            for one, other, *numbers in rows:
                levels = {
                    attribute: level
                    for attribute, number in zip(LEVELS, numbers, strict=True)
                    if (level := gamma(attribute, number)) is not None
                }
                yield (one, other, levels) if one < other else (other, one, levels)
