"""How many orders, cases and visits a second are stored and given to their persons: `make bench-objects`.

Into a graph of 5,000 people, over HTTP, in requests of 1,000, two at once: page views of people who are
signed in, page views of browsers that nobody is signed in on, orders with a customer number and an e-mail
address, and cases with an e-mail address; 20,000 of each, after 4,000 for the engine to have compiled what it
runs. Then what one more order costs a person who has 10,000, and one who has none, in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import uvloop

from benchmarks.matching.datasets import Labelled
from benchmarks.matching.gateways import ENGINES, Client, gateway
from tests.graph_model.populations import invented_name

PEOPLE = 5_000
BULK = {"size": 1_000, "flights": 2}
WARM_UP = 4_000
MANY = 10_000
TURNS = 200
PAGE_CACHE = "1g"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.objects", description=__doc__)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--rows", type=int, default=20_000, help="of each kind (default: %(default)s)")
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(measure(options))


async def measure(options: argparse.Namespace) -> None:
    """Print the rows of both tables for each engine."""
    print("| | rows/s | p50 of a request | p99 |")
    print("| --- | ---: | ---: | ---: |")
    for engine in options.engines:
        async with gateway(engine, page_cache=PAGE_CACHE) as client:
            await client.ingest([_person(number) for number in range(PEOPLE)], **BULK)
            for name, make in KINDS.items():
                await _rate(client, f"{engine}, {name}", make, options.rows)
            await _one_more(client, engine)


async def _rate(client: Client, name: str, make: Callable[[int, int], Labelled], rows: int) -> None:
    random = Random(1)
    made = [make(number, random.randrange(PEOPLE)) for number in range(WARM_UP + rows)]
    await client.ingest(made[:WARM_UP], **BULK)
    sent = await client.ingest(made[WARM_UP:], **BULK)
    times = " | ".join(f"{sent.milliseconds(share):,.0f} ms" for share in (0.5, 0.99))
    print(f"| {name} | {sent.rate:,.0f} | {times} |", flush=True)


async def _one_more(client: Client, engine: str) -> None:
    much, little = PEOPLE, PEOPLE + 1
    await client.ingest([_person(much), _person(little)], size=1, flights=1)
    await client.ingest([_order(-1 - number, much) for number in range(MANY)], **BULK)
    costs: dict[int, list[float]] = {much: [], little: []}
    for turn in range(TURNS):
        for who, found in costs.items():
            sent = await client.ingest([_order(-1 - MANY - 2 * turn - (who - much), who)], size=1, flights=1)
            found.append(sent.milliseconds(0.5))
    few, many = (statistics.median(costs[who][TURNS // 4 :]) for who in (little, much))
    print(
        f"{engine}: one more order of a person with {MANY:,}: {many:.1f} ms, with none: {few:.1f} ms",
        file=sys.stderr,
    )


def _person(number: int) -> Labelled:
    name = invented_name(number)
    return _labelled(
        "Individual",
        {
            "id": f"p{number}",
            "firstName": "Ada",
            "lastName": name,
            "email": _email(number),
            "customerNumber": f"C{number}",
            "login": f"login{number}",
        },
    )


def _signed_in(number: int, who: int) -> Labelled:
    return _visit(f"s{number}", number, {"login": f"login{who}"})


def _anonymous(number: int, who: int) -> Labelled:
    return _visit(f"a{number}", number, {"cookieId": f"browser{who}"})


def _visit(id_: str, number: int, fields: Mapping[str, Any]) -> Labelled:
    url = f"https://shop.example/products/{number}"
    return _labelled(
        "WebEngagement", {"id": id_, "occurredAt": _moment(number), "type": "PAGE_VIEW", "url": url, **fields}
    )


def _order(number: int, who: int) -> Labelled:
    return _labelled(
        "SalesOrder",
        {
            "id": f"o{number}",
            "orderedAt": _moment(number),
            "total": "12.50",
            "currency": "EUR",
            "status": "PLACED",
            "customerNumber": f"C{who}",
            "email": _email(who),
        },
    )


def _case(number: int, who: int) -> Labelled:
    fields = {"subject": "Where is it?", "status": "NEW", "email": _email(who)}
    return _labelled("Case", {"id": f"c{number}", "openedAt": _moment(number), **fields})


KINDS = {
    "page views, signed in": _signed_in,
    "page views, anonymous": _anonymous,
    "orders": _order,
    "cases": _case,
}


def _labelled(object_name: str, record: dict[str, Any]) -> Labelled:
    return Labelled(record, "shop", object_name, "")


def _email(who: int) -> str:
    return f"{invented_name(who)}@mail.example".lower()


def _moment(number: int) -> str:
    return f"2026-01-{1 + number % 28:02d}T{number % 24:02d}:{number % 60:02d}:00Z"


if __name__ == "__main__":
    main()
