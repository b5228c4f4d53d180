"""A population to resolve: people of households, and the records that sources have of them.

Everything is drawn from one seed, household after household, so that the first 20,000 of 200,000 records
are the 20,000. The distributions:

- *Names* as the census of 1990 counted them, women's, men's and surnames each (the package `names`).
- *Ages* of adults as the US Census Bureau estimates them (Vintage 2023).
- *Households* of one person (40 %) to five: fewer large ones than a census counts, since not everybody of a
  household is somebody's customer. Of couples 80 % bear one surname (Pew Research Center, 2023: 79 % of wives
  took their husband's), a fifth of the others join the two by a hyphen. 8 % of larger ones are flats of
  unrelated people. All share the address, and 40 % a phone number; in 8 % two share an e-mail address. Of the
  sons 6 % are juniors, with the father's whole name; to 5 % of the children there is a twin (3 % of births,
  National Center for Health Statistics, and a few more, since they are the hard ones).
- *Places* are 36 cities by their inhabitants (2020), their own ZIP and area codes, street names by the ranks
  of the Census Bureau's list, 22 % of homes in buildings of several (American Community Survey: a quarter).
- *Records*: two thirds of the persons have one, the others two to four, mostly of different sources. Each
  source has its own fields (`population.sources`). 18 % of households have moved, half of the young wives
  changed their name; older records hold what was before. A quarter of people uses a second e-mail address.
- *Slips* are in 1 to 3 % of values, more where somebody writes down what was said, fewer where people type
  for themselves; their kinds are those of Christen, Data Matching, 2012.

97 % of records hold at least two attributes beside the name, and 98 % of further records of a person share
one of them, before slips, with an earlier one: what shares nothing but a name cannot be found by anyone.

As a program: `python -m benchmarks.people --records 20000 people.ndjson` writes records with source and
person; a name that ends in .csv gets CSV.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, TextIO

import orjson

from benchmarks.population.households import Society
from benchmarks.population.sources import Registrar

SEED = 1
FIELDS = (
    *("source", "person", "id", "modifiedAt", "salutation", "firstName", "middleName", "lastName", "suffix"),
    *("gender", "birthDate", "email", "phone", "street", "city", "postalCode", "state", "country"),
)


class Known(NamedTuple):
    """A record as `ingestRecords` takes it for the object Individual, its source, and whom it is about."""

    record: dict[str, Any]
    source: str
    person: str


def people(records: int = 20_000, seed: int = SEED) -> Iterator[Known]:
    """That many records, those of a person one after another."""
    return islice(_endless(seed), records)


def _endless(seed: int) -> Iterator[Known]:
    rng = Random(seed)
    registrar = Registrar(rng)
    for household in Society(rng).households():
        for person in household:
            for record, source in registrar.records(person):
                yield Known(record, source, person.id)


def write(known: Iterable[Known], file: TextIO, *, as_csv: bool) -> None:
    """Write records with their truth, a line or a row each."""
    rows = ({"source": source, "person": person, **record} for record, source, person in known)
    if as_csv:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    else:
        file.writelines(f"{orjson.dumps(row).decode()}\n" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.people", description=__doc__)
    parser.add_argument("file", type=Path, help="ends in .ndjson or .csv")
    parser.add_argument("--records", type=int, default=20_000, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    options = parser.parse_args()
    with options.file.open("w", encoding="utf-8", newline="") as file:
        write(people(options.records, options.seed), file, as_csv=options.file.suffix == ".csv")


if __name__ == "__main__":
    main()
