"""Names of persons and of organisations brought to one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_model.identity import organizations
from graph_model.identity.names import Name, NameParts, normal_name, split_full_name


def named(first: str = "", last: str = "", *, middle: str = "", suffix: str = "", full: str = "") -> Name:
    return normal_name(first, middle, last, suffix, full)


@pytest.mark.parametrize(
    ("first", "last", "normal"),
    [
        ("Ada", "Lovelace", Name("ada", "", "lovelace")),
        ("Dr. José", "Müller-Lüdenscheidt", Name("jose", "", "muller ludenscheidt")),
        ("Ludwig", "van Beethoven", Name("ludwig", "", "van beethoven")),
        ("Ellie", "O'Hare", Name("ellie", "", "ohare")),
        ("Ellie", "O\u2019Hare", Name("ellie", "", "ohare")),
        ("Александр", "ВАСИЛЬЕВ", Name("aleksandr", "", "vasilev")),
        ("Rosemary A", "Thomas", Name("rosemary", "a", "thomas")),
        ("Mary Ann", "Smith", Name("mary ann", "", "smith")),
        ("A", "B", Name("a", "", "b")),
        ("", "", Name()),
        ("!?", "…", Name()),
    ],
)
def test_a_name_has_one_form(first: str, last: str, normal: Name) -> None:
    assert named(first, last) == normal


@pytest.mark.parametrize("written", ["Jr", "Jr.", "JR", "Junior", "jnr"])
def test_a_junior_is_one_however_it_is_written(written: str) -> None:
    assert named("David", "Dobbins", suffix=written).suffix == "jr"
    assert named("David", f"Dobbins {written}") == Name("david", "", "dobbins", "jr")
    assert named(full=f"David Dobbins {written}") == Name("david", "", "dobbins", "jr")


def test_generations_are_told_apart() -> None:
    assert named("Morris II", "Klein") == Name("morris", "", "klein", "ii")
    assert named("Morris", "Klein", suffix="3rd").suffix == "iii"
    assert named("Robert", "Smith Sr", middle="E") == Name("robert", "e", "smith", "sr")


def test_an_initial_behind_a_given_name_may_be_a_generation() -> None:
    assert named("Morris I", "Klein") == Name("morris", "i", "klein", "i")
    assert named("Morris A", "Klein") == Name("morris", "a", "klein")
    assert named("Morris", "Klein", middle="I") == Name("morris", "i", "klein")


def test_a_word_alone_is_the_name() -> None:
    assert named("Malcolm", "V").last == "v"
    assert named("Ada", "Senior") == Name("ada", "", "senior")
    assert named("Ada", "Lovelace", suffix="PhD").suffix == ""


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Ada Lovelace", NameParts("Ada", "", "Lovelace", "")),
        ("Lovelace, Ada", NameParts("Ada", "", "Lovelace", "")),
        ("Dr. Juan de la Vega Jr.", NameParts("Juan", "", "de la Vega", "Jr.")),
        ("Rosemay A Thomas", NameParts("Rosemay", "A", "Thomas", "")),
        ("Prince", NameParts("Prince", "", "", "")),
        ("王杰", NameParts("杰", "", "王", "")),
        ("欧阳修", NameParts("修", "", "欧阳", "")),
        ("김철수", NameParts("철수", "", "김", "")),
        ("a," * 100, NameParts(first="a," * 100)),
        ("", NameParts()),
    ],
)
def test_a_whole_name_is_parted(full: str, parts: NameParts) -> None:
    assert split_full_name(full) == parts


def test_a_name_in_chinese_script_is_as_its_transcription() -> None:
    assert named(full="张秀英") == named("Xiu Ying", "Zhang") == Name("xiu ying", "", "zhang")


def test_a_whole_name_only_fills_what_is_missing() -> None:
    assert named("Ada", "Lovelace", full="Countess of Lovelace") == Name("ada", "", "lovelace")
    assert named("", "King", full="Ada Lovelace") == Name("ada", "", "king")


@given(st.lists(st.text(max_size=20), min_size=5, max_size=5))
def test_any_texts_are_a_name(texts: list[str]) -> None:
    name = normal_name(*texts)
    for part in (name.first, name.middle, name.last):
        assert part.isascii()
        assert part == part.lower() == " ".join(part.split())
    assert name.suffix in ("", "jr", "sr", "i", "ii", "iii", "iv", "v")


@given(st.lists(st.text("abcdeJSr IVXé.'-", max_size=12), min_size=4, max_size=4))
def test_the_form_of_a_name_is_its_own_form(texts: list[str]) -> None:
    once = normal_name(*texts, "")
    assert normal_name(once.first, once.middle, once.last, once.suffix, "") == once


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Universal Exports, Inc.", "universal exports"),
        ("Universal Exports LLC", "universal exports"),
        ("Müller & Söhne GmbH & Co. KG", "muller sohne"),
        ("Ferrari S.p.A.", "ferrari"),
        ("The Body Shop plc", "body shop"),
        ("ООО Ромашка", "romashka"),  # noqa: RUF001
        ("PT Telkom", "telkom"),
        ("Intl. Paper Company", "international paper"),
        ("SE", "se"),
        ("", ""),
    ],
)
def test_an_organisation_is_named_without_its_legal_form(written: str, normal: str) -> None:
    assert organizations.normal_name(written) == normal


@given(st.text(max_size=40))
def test_any_text_is_the_name_of_an_organisation(written: str) -> None:
    normal = organizations.normal_name(written)
    assert normal.isascii()
    assert normal == " ".join(normal.split())
