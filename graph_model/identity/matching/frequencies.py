"""Frequencies of names that are shipped with the default ruleset.

`names.txt` is made of the name files of the US census of 1990, as the PyPI package `names` carries them, by
`python -m graph_model.identity.matching.frequencies PATH-OF-THAT-PACKAGE`: of 20,000 people how many have
each first and last name, those that three or more have.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from graph_model.identity.rulesets.model import FrequencyTable

PEOPLE = 20_000
ADDRESSES = 100_000
_DOMAINS = """
gmail.com 38000 yahoo.com 14000 hotmail.com 12000 outlook.com 6000 aol.com 4000 icloud.com 4000
live.com 1500 comcast.net 1500 mail.ru 1500 qq.com 1500 msn.com 1200 gmx.de 1000 web.de 1000 163.com
800 me.com 700 yahoo.co.uk 700 hotmail.co.uk 700 att.net 600 t-online.de 500 verizon.net 500
sbcglobal.net 500 btinternet.com 500 orange.fr 500 libero.it 500 free.fr 400 yahoo.fr 400 hotmail.fr
400 protonmail.com 400 proton.me 300 bigpond.com 300
"""
"""Of 100,000 private e-mail addresses how many are at the large providers: an estimate, to the order."""
LEAST = 3
"""A value that fewer carry is not listed: it counts as seen once."""


@lru_cache(maxsize=1)
def shipped() -> dict[str, FrequencyTable]:
    """The tables `first_name`, `last_name` and `email_domain`."""
    tables: dict[str, dict[str, int]] = {"first_name": {}, "last_name": {}}
    for line in files(__package__).joinpath("names.txt").read_text("ascii").splitlines():
        table, name, count = line.split()
        tables[table][name] = int(count)
    words = _DOMAINS.split()
    domains = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    return {
        **{name: FrequencyTable(total=PEOPLE, counts=counts) for name, counts in tables.items()},
        "email_domain": FrequencyTable(total=ADDRESSES, counts=domains),
    }


def _percentages(path: Path) -> dict[str, float]:
    lines = [line.split() for line in path.read_text("ascii").splitlines()]
    return {line[0].lower(): float(line[1]) for line in lines if line}


def make(package: Path) -> str:
    """The text of `names.txt`. Given names are those of as many women as men."""
    women, men = (_percentages(package / f"dist.{sex}.first") for sex in ("female", "male"))
    first = {name: (women.get(name, 0) + men.get(name, 0)) / 2 for name in women | men}
    lines = []
    for table, shares in (("first_name", first), ("last_name", _percentages(package / "dist.all.last"))):
        counts = {name: round(share * PEOPLE / 100) for name, share in shares.items()}
        listed = [(name, count) for name, count in counts.items() if count >= LEAST]
        lines += [f"{table} {name} {count}" for name, count in sorted(listed, key=lambda x: (-x[1], x[0]))]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("names.txt").write_text(make(Path(sys.argv[1])), "ascii")
