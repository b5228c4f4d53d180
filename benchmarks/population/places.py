"""Where the people of the population live, and how an address is written down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from benchmarks.population.chance import Table, zipf

APARTMENTS = 0.22
"""Share of homes in buildings of several, which unrelated households share but for the unit."""

STATES = {
    "CA": "California",
    "TX": "Texas",
    "NY": "New York",
    "IL": "Illinois",
    "AZ": "Arizona",
    "PA": "Pennsylvania",
    "FL": "Florida",
    "OH": "Ohio",
    "NC": "North Carolina",
    "WA": "Washington",
    "CO": "Colorado",
    "MA": "Massachusetts",
    "TN": "Tennessee",
    "OR": "Oregon",
    "NV": "Nevada",
    "WI": "Wisconsin",
    "MN": "Minnesota",
    "GA": "Georgia",
}


@dataclass(frozen=True, slots=True)
class City:
    """A city: the first three digits of its ZIP codes, how many of those there are, its area code."""

    name: str
    state: str
    prefix: str
    zips: int
    area: str


# City, state, ZIP prefix, area code, inhabitants in thousands (US Census Bureau, 2020, rounded).
_CITIES = (
    ("Brooklyn", "NY", "112", "718", 2_736),
    ("Los Angeles", "CA", "900", "213", 3_899),
    ("Chicago", "IL", "606", "312", 2_746),
    ("Houston", "TX", "770", "713", 2_305),
    ("Phoenix", "AZ", "850", "602", 1_608),
    ("Philadelphia", "PA", "191", "215", 1_604),
    ("San Antonio", "TX", "782", "210", 1_435),
    ("San Diego", "CA", "921", "619", 1_387),
    ("Dallas", "TX", "752", "214", 1_304),
    ("Jacksonville", "FL", "322", "904", 950),
    ("Columbus", "OH", "432", "614", 906),
    ("Charlotte", "NC", "282", "704", 875),
    ("Seattle", "WA", "981", "206", 737),
    ("Denver", "CO", "802", "303", 716),
    ("Nashville", "TN", "372", "615", 689),
    ("Boston", "MA", "021", "617", 676),
    ("Portland", "OR", "972", "503", 653),
    ("Las Vegas", "NV", "891", "702", 642),
    ("Memphis", "TN", "381", "901", 633),
    ("Milwaukee", "WI", "532", "414", 577),
    ("Fresno", "CA", "937", "559", 542),
    ("Tucson", "AZ", "857", "520", 543),
    ("Sacramento", "CA", "958", "916", 525),
    ("Atlanta", "GA", "303", "404", 499),
    ("Raleigh", "NC", "276", "919", 468),
    ("Miami", "FL", "331", "305", 442),
    ("Minneapolis", "MN", "554", "612", 430),
    ("Tampa", "FL", "336", "813", 385),
    ("Pittsburgh", "PA", "152", "412", 303),
    ("Cincinnati", "OH", "452", "513", 309),
    ("Buffalo", "NY", "142", "716", 278),
    ("Madison", "WI", "537", "608", 270),
    ("Spokane", "WA", "992", "509", 229),
    ("Worcester", "MA", "016", "508", 207),
    ("Savannah", "GA", "314", "912", 148),
    ("Springfield", "IL", "627", "217", 114),
)
CITIES = Table(
    (City(name, state, prefix, min(99, 8 + thousands // 40), area), thousands)
    for name, state, prefix, area, thousands in _CITIES
)

# The most frequent street names of the United States (US Census Bureau, 1993), then common ones.
_STREET_NAMES = """
    Second Third First Fourth Park Fifth Main Sixth Oak Seventh Pine Maple Cedar Eighth Elm View
    Washington Ninth Lake Hill Walnut Spring North Ridge Lincoln Church Willow Mill Sunset Railroad Jackson
    Cherry West South Center Highland Johnson Forest Hickory River Meadow Broadway Chestnut East Franklin
    Adams Dogwood Jefferson Sycamore Madison College Birch Holly Laurel Magnolia Poplar Spruce Valley
    Prospect Central Grove Locust Wilson Green Hillcrest Monroe Pleasant Cottonwood Juniper Garden Summit
    Mulberry Rose Clark Fairview Harrison Lakeview Aspen Virginia Vine Division Orchard Liberty Beech
    Hamilton Woodland Court Front Academy Canyon Eagle Fox Hunter Ivy Jones Kings Lee Market Oakwood
    Quail Robin School Taylor Union Victoria Warren York Amherst Bristol Cambridge Devon Essex Fulton
    Grant Hudson Iris Jasmine Kent Lexington Marion Newport Olive Palmer Queen Ross Stone Truman
    Vista Windsor Ashland Bay Carlton Delaware Edgewood Fern Glenwood Heather Irving Kimball Linden
    Melrose Norwood Oxford Pearl Rosewood Stratford Tulip Vernon Wellington Crescent Bluebird Cardinal
    Dover Emerson Fleming Geneva Hawthorne Ingleside Kensington Lombard Mayfair Nottingham Overlook
    Pembroke Quincy Raintree Sheridan Thornton Upland Wakefield Yale Bayview Coventry Daffodil
"""
_STREETS = zipf(_STREET_NAMES.split(), 0.7)
_TYPES = Table(
    (
        (("Street", "St"), 30),
        (("Avenue", "Ave"), 24),
        (("Drive", "Dr"), 18),
        (("Road", "Rd"), 12),
        (("Lane", "Ln"), 8),
        (("Court", "Ct"), 5),
        (("Boulevard", "Blvd"), 3),
        (("Place", "Pl"), 3),
    )
)
_DIRECTIONS = Table((("", 80), ("North", 5), ("South", 5), ("East", 5), ("West", 5)))
_UNIT_FORMS = ("Apt {}", "Apt. {}", "#{}", "Unit {}", "Apartment {}")


@dataclass(frozen=True, slots=True)
class Home:
    """An address in parts; `unit` is empty in a house of one household."""

    house: int
    direction: str
    street: str
    type: tuple[str, str]
    unit: str
    city: City
    zip_code: str

    def line(self, rng: Random) -> str:
        """House number and street as somebody writes them: long or short words, the unit or not."""
        short = rng.random() < 0.5
        direction = self.direction[:1] if short else self.direction
        line = " ".join(word for word in (str(self.house), direction, self.street, self.type[short]) if word)
        if short and rng.random() < 0.2:
            line += "."
        if self.unit and rng.random() < 0.85:
            line += rng.choice((" ", ", ")) + rng.choice(_UNIT_FORMS).format(self.unit)
        return line

    def state(self, rng: Random) -> str:
        """The state, by its code or in full."""
        return self.city.state if rng.random() < 0.85 else STATES[self.city.state]


class Places:
    """Gives homes; remembers buildings, into which later households move, too."""

    def __init__(self) -> None:
        self._buildings: list[Home] = []

    def home(self, rng: Random, city: City | None = None) -> Home:
        """A home, in that city if one is given."""
        apartment = rng.random() < APARTMENTS
        unit = f"{rng.randrange(1, 25)}{rng.choice('ABCDEF')}" if rng.random() < 0.4 else ""
        unit = unit or str(rng.randrange(1, 12) * 100 + rng.randrange(1, 30))
        if apartment and city is None and self._buildings and rng.random() < 0.6:
            return replace(rng.choice(self._buildings), unit=unit)
        city = city or CITIES.draw(rng)
        home = Home(
            house=int(10 ** rng.uniform(0.8, 4)),
            direction=_DIRECTIONS.draw(rng),
            street=_STREETS.draw(rng),
            type=_TYPES.draw(rng),
            unit=unit if apartment else "",
            city=city,
            zip_code=f"{city.prefix}{int(city.zips * rng.random() ** 1.3):02}",
        )
        if apartment:
            self._buildings.append(home)
        return home
