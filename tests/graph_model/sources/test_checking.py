"""A mapping that cannot work is refused when it is registered, each problem with its path."""

from __future__ import annotations

from typing import Any

import pytest

from graph_model.metadata.registry import SHIPPED
from graph_model.sources.checking import problems
from graph_model.sources.form import InvalidMapping, read_objects, write_objects
from tests.graph_model.sources.forms import individual


def found(*objects: dict[str, Any]) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(item.code, item.path) for item in problems(read_objects(objects), SHIPPED)]


def of_field(**mapping: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    """What is wrong with one mapping, with paths that begin at it."""
    wrong = found(individual(mapping))
    assert all(path[:5] == ("objects", 0, "targets", 0, "fields") for _, path in wrong), wrong
    return [(code, path[6:]) for code, path in wrong]


def of_case(**mapping: Any) -> list[str]:
    opened = {"field": "openedAt", "from": "at"}
    target = {"object": "Case", "fields": [opened, mapping]}
    return [code for code, _ in found({"name": "case", "targets": [target]})]


def test_what_is_right_has_no_problem() -> None:
    assert found(individual({"field": "firstName", "from": "name"})) == []


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"field": "nickname", "from": "a"}, [("UNKNOWN_FIELD", ("field",))]),
        ({"field": "firstName"}, [("MISSING_VALUE", ("from",))]),
        ({"field": "firstName", "from": "a..b"}, [("INVALID_PATH", ("from", 0))]),
        ({"field": "firstName", "from": ["a", "b"]}, [("SEVERAL_VALUES", ("transforms",))]),
        ({"field": "firstName", "from": "tags.*"}, [("SEVERAL_VALUES", ("transforms",))]),
        ({"field": "email", "from": ["a", "b"]}, []),
        ({"field": "firstName", "from": ["a", "b"], "transforms": [{"first": True}]}, []),
        ({"field": "firstName", "from": "a", "constant": "b"}, [("UNEXPECTED_VALUE", ())]),
        ({"field": "country", "constant": "XX"}, [("INVALID_COUNTRY", ("constant",))]),
        ({"field": "gender", "constant": "F"}, [("INVALID_ENUM", ("constant",))]),
        (
            {"field": "firstName", "from": "a", "parts": [{"field": "city", "from": "b"}]},
            [("UNEXPECTED_PARTS", ("parts",))],
        ),
        ({"field": "addresses", "from": "a"}, [("MISSING_PARTS", ("parts",)), ("UNEXPECTED_VALUE", ())]),
        (
            {"field": "addresses", "parts": [{"field": "town", "from": "a"}]},
            [("UNKNOWN_FIELD", ("parts", 0, "field"))],
        ),
        (
            {"field": "partyIdentifications", "parts": [{"field": "number", "from": "a"}]},
            [("MISSING_FIELD", ("parts",))],
        ),
        (
            {"field": "birthDate", "from": "a", "transforms": [{"parseDate": {"format": "dd.mm.yyyy"}}]},
            [("INVALID_FORMAT", ("transforms", 0, "parseDate", "format"))],
        ),
        (
            {"field": "birthDate", "from": "a", "transforms": [{"parseDate": {"format": "%Y%Y"}}]},
            [("INVALID_FORMAT", ("transforms", 0, "parseDate", "format"))],
        ),
        (
            {"field": "birthDate", "from": "a", "transforms": [{"number": "POINT"}]},
            [("WRONG_TYPE", ("transforms",))],
        ),
        (
            {
                "field": "firstName",
                "from": "a",
                "transforms": [{"parseDate": {"format": "ISO"}}, {"case": "UPPER"}],
            },
            [("WRONG_TYPE", ("transforms", 1, "case"))],
        ),
        (
            {"field": "country", "from": "a", "transforms": [{"country": {"default": "XX"}}]},
            [("INVALID_COUNTRY", ("transforms", 0, "country", "default"))],
        ),
        (
            {"field": "gender", "from": "a", "transforms": [{"map": {"values": [{"from": "m", "to": "M"}]}}]},
            [("INVALID_ENUM", ("transforms", 0, "map", "values"))],
        ),
        (
            {"field": "firstName", "from": "a", "transforms": [{"template": "{0} {1}"}]},
            [("INVALID_TEMPLATE", ("transforms", 0, "template"))],
        ),
        (
            {"field": "firstName", "from": "a", "transforms": [{"template": "{0.__class__}"}]},
            [("INVALID_TEMPLATE", ("transforms", 0, "template"))],
        ),
    ],
)
def test_a_wrong_mapping_of_a_field_is_told_with_its_path(mapping: Any, expected: Any) -> None:
    assert of_field(**mapping) == expected


def test_a_time_zone_must_exist() -> None:
    transform = {"parseDatetime": {"format": "%d.%m.%Y", "timeZone": "Europe/Atlantis"}}
    assert of_case(field="closedAt", **{"from": "a"}, transforms=[transform]) == ["INVALID_TIME_ZONE"]


def test_an_object_needs_what_its_records_cannot_do_without() -> None:
    wrong = found({"name": "case", "targets": [{"object": "Case", "fields": []}]})
    assert wrong == [("MISSING_FIELD", ("objects", 0, "targets", 0, "fields"))]


def test_an_unknown_canonical_object_is_told() -> None:
    wrong = found({"name": "case", "targets": [{"object": "Ticket", "fields": []}]})
    assert wrong == [("UNKNOWN_OBJECT", ("objects", 0, "targets", 0, "object"))]


def test_an_object_without_targets_must_be_a_canonical_one() -> None:
    assert found({"name": "Individual"}) == []
    assert found({"name": "person"}) == [("MISSING_TARGETS", ("objects", 0, "targets"))]


def test_a_source_needs_objects() -> None:
    assert found() == [("MISSING_OBJECTS", ("objects",))]


def test_names_in_keys_must_be_of_one_thing_each() -> None:
    target = {"object": "Individual", "fields": [{"field": "email", "from": "m"}]}
    twice = {"name": "a", "targets": [target, target | {"name": "b"}]}
    assert found(twice, {"name": "b", "targets": [target]}) == [
        ("DUPLICATE_NAME", ("objects", 0, "targets", 1, "name")),
        ("DUPLICATE_NAME", ("objects", 1, "name")),
    ]


def test_the_name_of_derived_devices_is_not_to_be_had() -> None:
    wrong = found(individual({"field": "email", "from": "m"}) | {"name": "Device"})
    assert wrong == [("RESERVED_NAME", ("objects", 0, "targets", 0))]
    assert found({"name": "Device"}) == []


def test_where_fields_are_declared_a_mapping_may_look_at_no_other() -> None:
    wrong = found(
        individual(
            {"field": "email", "from": "mail"},
            {"field": "city", "from": "address.city"},
            {"field": "firstName", "from": "name"},
            fields=[{"name": "id"}, {"name": "mail"}, {"name": "address"}],
        )
    )
    assert wrong == [("UNDECLARED_FIELD", ("objects", 0, "targets", 0, "fields", 2, "from", 0))]


def test_the_declared_type_of_a_field_is_what_transforms_take() -> None:
    wrong = found(
        individual(
            {"field": "firstName", "from": "flag", "transforms": [{"splitName": "FIRST"}]},
            fields=[{"name": "id"}, {"name": "flag", "type": "BOOLEAN"}],
        )
    )
    assert [code for code, _ in wrong] == ["WRONG_TYPE"]


def test_a_field_that_takes_one_value_is_mapped_once() -> None:
    wrong = found(individual({"field": "city", "from": "a"}, {"field": "city", "from": "b"}))
    assert wrong == [("DUPLICATE_FIELD", ("objects", 0, "targets", 0, "fields", 1, "field"))]


@pytest.mark.parametrize(
    ("form", "path"),
    [
        ({"name": "a b"}, ("objects", 0, "name")),
        (
            individual({"field": "city", "from": "a", "transforms": [{"shout": True}]}),
            ("objects", 0, "targets", 0, "fields", 0, "transforms", 0),
        ),
        (
            individual({"field": "city", "from": "a", "transforms": [{"splitName": "NICK"}]}),
            ("objects", 0, "targets", 0, "fields", 0, "transforms", 0, "splitName", "part"),
        ),
        (
            individual({"field": "city", "from": "a", "transforms": [{"trim": True, "first": True}]}),
            ("objects", 0, "targets", 0, "fields", 0, "transforms", 0),
        ),
    ],
)
def test_what_has_not_the_form_of_a_mapping_is_told_with_its_path(form: Any, path: Any) -> None:
    with pytest.raises(InvalidMapping) as caught:
        read_objects([form])
    assert [(item.code, item.path) for item in caught.value.problems] == [("INVALID_VALUE", path)]


def test_a_mapping_that_is_written_can_be_read() -> None:
    objects = read_objects(
        [
            individual(
                {
                    "field": "street",
                    "from": ["a", "b"],
                    "transforms": [
                        {"trim": True},
                        {"case": "TITLE"},
                        {"map": {"values": [{"from": "x", "to": ""}], "otherwise": "y"}},
                        {"replace": {"find": "a"}},
                        {"part": {"separator": "/", "place": -1}},
                        {"concatenate": ""},
                        {"default": "none"},
                    ],
                    "when": {"path": "c", "negated": True},
                },
                {"field": "addresses", "each": "all", "parts": [{"field": "city", "from": "c"}]},
                immutable=True,
                modifiedField="m",
                modifiedFormat="EPOCH_MILLIS",
            )
        ]
    )
    assert read_objects(write_objects(objects)) == objects
