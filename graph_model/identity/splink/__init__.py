"""Resolving a whole population with Splink: the same ruleset, on DuckDB here or on Spark elsewhere.

Our normalised columns go out as Parquet (`export.py`), Splink blocks by the same keys and finds the level of
each comparison (`settings.py`, with the functions of `levels.py`), our code turns levels into weights
(`weighing.py`) and decides the graph's components by them (`importing.py`). `resolving.py` is all of it.
"""
