"""A ruleset as settings of Splink: its blocking keys, its comparisons with their levels and probabilities."""

from __future__ import annotations

from typing import Any

from splink import SettingsCreator, block_on
from splink.comparison_level_library import CustomLevel, ElseLevel
from splink.comparison_library import CustomComparison

from graph_model.identity.matching.comparisons import LEVELS
from graph_model.identity.rulesets.model import BIT, Ruleset
from graph_model.identity.splink.levels import COLUMNS, REPEATED, function_name

GAMMA = "gamma_"
_LISTS = ("names", "organizations", "birth_dates", "emails", "phones", "addresses", "official", "accounts")
_LABEL = "identity_gateway"


def settings(ruleset: Ruleset) -> SettingsCreator:
    """The settings: pairs that share a key are compared, by every attribute. Each level has the
    probabilities that the ruleset gives it for a match and for strangers; of households Splink knows nothing,
    so what a pair weighs is worked out from the levels by our code."""
    return SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=_probability(ruleset.prior),
        blocking_rules_to_generate_predictions=[block_on("keys", arrays_to_explode=["keys"])],
        comparisons=[_comparison(attribute, ruleset) for attribute in LEVELS],
        # Without the columns that were compared Splink does not give the levels either.
        retain_matching_columns=True,
        comparison_vector_value_column_prefix=GAMMA,
        linker_uid=_LABEL,
    )


def emitted(ruleset: Ruleset, dialect: str) -> dict[str, Any]:
    """The settings as JSON of Splink's own, for that dialect of SQL: `duckdb` or `spark`. The functions that
    they call are those of `levels.Levels.functions`."""
    made: Any = settings(ruleset).get_settings(dialect)
    written: dict[str, Any] = made.as_dict()
    return written


def view(exported: str) -> str:
    """The query that makes, of the table of exported records, the one that the settings are about: lists as
    JSON, which is what their functions take. DuckDB and Spark both know it."""
    lists = (
        f"CASE WHEN {name} IS NULL THEN NULL ELSE CAST(to_json({name}) AS STRING) END AS {name}"
        for name in _LISTS
    )
    return f"SELECT unique_id, party, birth_place, gender, keys, {', '.join(lists)} FROM {exported}"


def gamma(attribute: str, value: int) -> int | None:
    """The level, as its place in `LEVELS`, that Splink's number of it stands for; None for a blank."""
    return None if value < 0 else len(LEVELS[attribute]) - 1 - value


def _comparison(attribute: str, ruleset: Ruleset) -> CustomComparison:
    names = COLUMNS[attribute]
    sides = ", ".join(f"{name}_{side}" for side in ("l", "r") for name in names)
    call = f"{function_name(attribute)}({sides})"
    conditions = [] if attribute in REPEATED else [f"{names[0]}_l IS NULL", f"{names[0]}_r IS NULL"]
    if attribute != "gender":
        conditions.append(f"{call} IS NULL")
    blank = " OR ".join(conditions)
    told = next((item.levels for item in ruleset.comparisons if item.attribute == attribute), None)
    levels: list[Any] = [CustomLevel(blank, label_for_charts="blank").configure(is_null_level=True)]
    for place, name in enumerate(LEVELS[attribute]):
        is_last = place == len(LEVELS[attribute]) - 1
        level = ElseLevel() if is_last else CustomLevel(_condition(attribute, call, place))
        match, unrelated = (told[place].match, told[place].unrelated) if told else (0.5, 0.5)
        levels.append(level.configure(label_for_charts=name, m_probability=match, u_probability=unrelated))
    return CustomComparison(output_column_name=attribute, comparison_levels=levels)


def _condition(attribute: str, call: str, place: int) -> str:
    """When a level is reached, where the levels before it are not."""
    return "gender_l = gender_r" if attribute == "gender" else f"{call} = {place}"


def _probability(prior: int) -> float:
    """Of prior odds in thousandths of a bit."""
    odds = 2.0 ** (prior / BIT)
    return float(odds / (1 + odds))
