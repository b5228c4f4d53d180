"""Addresses in parts that compare, however much of them a source wrote in one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity import places
from graph_model.identity.addresses import NOWHERE, Address, of_parts


def at(street: str = "", **parts: str) -> Address:
    return of_parts({"street": street, **parts})


@pytest.mark.parametrize(
    ("written", "house", "street"),
    [
        ("123 E Main St", "123", "east main street"),
        ("123 East Main Street", "123", "east main street"),
        ("12A St. James Rd.", "12a", "saint james road"),
        ("80 Delaware Ave SE", "80", "delaware avenue southeast"),
        ("169 3rd Ave.", "169", "3rd avenue"),
        ("Hauptstr. 12", "12", "hauptstrasse"),
        ("Hauptstraße 12 a", "12a", "hauptstrasse"),
        ("12-14 Hauptstr.", "12-14", "hauptstrasse"),
        ("Unter den Linden 5", "5", "unter den linden"),
        ("No. 321 Street 128", "321", "street 128"),
        ("Street 128", "", "street 128"),
        ("P.O. Box 12987", "12987", "po box"),
        ("PO BOX 12987", "12987", "po box"),
        ("P.O. Box 12987 Anywhere", "12987", "po box"),
        ("12 wallabystreet", "12", "wallaby street"),
        ("12 wallaby steret", "12", "wallaby street"),
        ("12 wallaby crscent", "12", "wallaby crescent"),
        ("12 Park Street West", "12", "park street west"),
        ("12 Overlook", "12", "overlook"),
        ("5/12 Wallaby Pl", "5/12", "wallaby place"),
        ("Via Roma, 5", "5", "via roma"),
        ("12", "12", ""),
        ("", "", ""),
    ],
)
def test_a_house_number_stands_before_or_behind_its_street(written: str, house: str, street: str) -> None:
    found = at(written, city="Anywhere", postalCode="1")
    assert (found.house, found.street) == (house, street)


@pytest.mark.parametrize(
    ("written", "country", "street"),
    [
        ("R. Augusta 5", "BR", "rua augusta"),
        ("5 r. de Rivoli", "FR", "rue de rivoli"),
        ("5 bd. St Germain", "FR", "boulevard saint germain"),
        ("C. Mayor 5", "ES", "calle mayor"),
        ("Av. Libertad 5", "MX", "avenida libertad"),
        ("5 Av. Foch", "FR", "avenue foch"),
        ("Hoofdstr. 5", "NL", "hoofdstraat"),
        ("Ringstr. 5", "AT", "ringstrasse"),
        ("V. Roma 5", "IT", "via roma"),
    ],
)
def test_words_of_streets_are_long_as_their_country_writes_them(
    written: str, country: str, street: str
) -> None:
    assert at(written, country=country).street == street


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("1450 N City Rd Suite 900", "900"),
        ("Suite 900, 1450 N City Rd", "900"),
        ("1450 N City Rd #900", "900"),
        ("1450 N City Rd, Penthouse Suite", "penthouse"),
        ("1450 N City Rd", ""),
    ],
)
def test_a_unit_is_apart_from_the_house(written: str, unit: str) -> None:
    found = at(written, city="Arlington", state="VA")
    assert found == Address("1450", "north city road", "", "arlington", "", "VA", "", unit)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (
            "123 E Main St Henderson NV 89132",
            Address("123", "east main street", "", "henderson", "89132", "NV", "US"),
        ),
        (
            "9304 W. 15th St La Blanca, FL 60527",
            Address("9304", "west 15th street", "", "la blanca", "60527", "FL", "US"),
        ),
        ("638 Downey St, Salem, OR", Address("638", "downey street", "", "salem", "", "OR", "")),
        (
            "1304 Poppy Hills Dr Blacklick OHIO",
            Address("1304", "poppy hills drive", "", "blacklick", "", "OH", ""),
        ),
        (
            "Adventura Apartments 638 Downey St, Salem, OR",
            Address("638", "downey street", "adventura apartments", "salem", "", "OR", ""),
        ),
        (
            "Hauptstr. 12, 10115 Berlin, Germany",
            Address("12", "hauptstrasse", "", "berlin", "10115", "", "DE"),
        ),
        ("Hauptstr. 12, D-10115 Berlin", Address("12", "hauptstrasse", "", "berlin", "10115", "", "DE")),
        ("Hauptstr. 12 10115 Berlin", Address("12", "hauptstrasse", "", "berlin", "10115", "", "")),
        ("Ringstrasse 3\n1010 Wien\nAustria", Address("3", "ringstrasse", "", "wien", "1010", "", "AT")),
        (
            "18 Danver Place, Loughborough, Leicestershire, LE11 1UU, United Kingdom",
            Address("18", "danver place", "", "loughborough", "LE111UU", "LEC", "GB"),
        ),
        (
            "705 Sheppard Ave Toronto M1S 1T4",
            Address("705", "sheppard avenue", "", "toronto", "M1S1T4", "", "CA"),
        ),
        (
            "No 321, Street 128 Phnom Penh Cambodia",
            Address("321", "street 128", "", "phnom penh", "", "", "KH"),
        ),
        (
            "#01-11, HillV2, 4 Hillview Rise, 667979 Singapore",
            Address("4", "hillview rise", "hillv2", "singapore", "667979", "", "SG", "01-11"),
        ),
        (
            "405 Lexington Avenue, New York, NY 10174",
            Address("405", "lexington avenue", "", "new york", "10174", "NY", "US"),
        ),
        (
            "Flat 5, 12 High Street, London SW1A 1AA",
            Address("12", "high street", "", "london", "SW1A1AA", "", "GB", "5"),
        ),
        (
            "Keizersgracht 123, 1015 CJ Amsterdam, Netherlands",
            Address("123", "keizersgracht", "", "amsterdam", "1015CJ", "", "NL"),
        ),
        (
            "ul. Marszałkowska 10, 00-590 Warszawa, Poland",
            Address("10", "ulitsa marszalkowska", "", "warszawa", "00590", "", "PL"),
        ),
        (
            "Rua Augusta, 1500, São Paulo, 01305-100, Brazil",
            Address("1500", "rua augusta", "", "sao paulo", "01305100", "", "BR"),
        ),
        (
            "Unit 3/45 George St, Sydney NSW 2000",
            Address("45", "george street", "", "sydney", "2000", "NSW", "AU", "3"),
        ),
        (
            "12 Rue du Faubourg St-Honoré 75008 Paris",
            Address("12", "rue du faubourg saint honore", "", "paris", "75008", "", ""),
        ),
        (
            "1600 Pennsylvania Avenue NW, Washington, DC 20500",
            Address("1600", "pennsylvania avenue northwest", "", "washington", "20500", "DC", "US"),
        ),
        ("12 Constitution Street", Address("12", "constitution street")),
    ],
)
def test_an_address_of_one_line_is_parted(written: str, address: Address) -> None:
    assert at(written) == address


def test_what_a_source_keeps_apart_counts_more_than_the_line() -> None:
    found = at("1602 Brenville Pl, San Francisco, CA 94105", city="Daly City", state="NV", postalCode="94014")
    assert (found.city, found.state, found.postal_code) == ("daly city", "NV", "94014")
    assert (found.house, found.street) == ("1602", "brenville place")


def test_a_place_that_the_line_repeats_is_taken_off_the_street() -> None:
    apart = at("1515 Adela Ln", city="Las Vegas", state="NV", postalCode="89111")
    assert at("1515 Adela Lane Las Vegas NV 89111", city="Las Vegas", state="NV", postalCode="89111") == apart


def test_parts_of_their_own_are_as_those_of_a_line() -> None:
    apart = at("Wallaby Place", houseNumber="7", city="Cleveland", postalCode="2119", state="nsw")
    assert apart == at("7 wallaby pl", city="cleveland", postalCode="2119", state="New South Wales")
    assert apart.country == "AU"
    assert at("Main St", addressLine2="Apt 5", locality="Old Town").unit == "5"
    assert at("Main St", addressLine2="Apt 5", locality="Old Town").locality == "old town"


@pytest.mark.parametrize(
    ("written", "country", "normal"),
    [
        ("89132-1234", "US", "89132"),
        ("891321234", "US", "89132"),
        ("8030", "US", "08030"),
        ("D-10115", "", "10115"),
        ("10115", "DE", "10115"),
        ("sw1a 1aa", "", "SW1A1AA"),
        ("0800", "AU", "0800"),
    ],
)
def test_a_postal_code_is_as_its_country_writes_it(written: str, country: str, normal: str) -> None:
    assert at(postalCode=written, country=country).postal_code == normal


def test_states_and_countries_are_known_by_code_and_by_name() -> None:
    assert places.state("Ohio") == places.state("oh") == "OH"
    assert places.state("Bayern", "DE") == places.state("by", "DE") == "BY"
    assert places.state("Nowhere") == ""
    assert places.country("Germany") == places.country("DEU") == places.country("Deutschland") == "DE"
    assert places.country("Nowhere") == ""
    assert places.issuer("Germany") == "DE"
    assert places.issuer("Library of Paris") == "library of paris"


def test_what_is_no_text_is_nowhere() -> None:
    assert of_parts({}) == of_parts({"street": 5, "city": None, "state": ["x"]}) == NOWHERE


texts = (
    st.text(max_size=30)
    | st.text("12 ,#-/abSt.NVé\n", max_size=30)
    | st.sampled_from(
        [
            "St",
            "NV 89132",
            "#",
            "apt",
            "Street 128 ,",
            "P.O. Box",
            "D-10115 Berlin",
            "Germany",
            "New York",
            "0",
        ]
    )
)


@given(st.lists(texts, min_size=8, max_size=8))
def test_any_texts_are_an_address(written: list[str]) -> None:
    names = ("street", "houseNumber", "addressLine2", "locality", "city", "postalCode", "state", "country")
    found = of_parts(dict(zip(names, written, strict=True)))
    for part in (found.house, found.unit, found.street, found.locality, found.city):
        assert part.isascii()
        assert part == part.lower() == " ".join(part.split())
    assert found.country == "" or len(found.country) == 2


@given(st.lists(texts, max_size=6).map(" ".join))
def test_any_line_is_an_address(line: str) -> None:
    assert at(line) == at(f" {line} ")
