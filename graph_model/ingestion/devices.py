"""The browsers and apps that business objects come from, each a source record of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from graph_model.ingestion.satellites import party_of
from graph_model.metadata.objects import (
    ANONYMOUS_TYPES,
    DEVICE_LOGINS,
    DEVICE_OBJECT,
    INDIVIDUAL,
    IdentifierType,
)
from graph_model.records.model import Record, RecordKey

DERIVED_DEVICE = replace(INDIVIDUAL, name=DEVICE_OBJECT)
"""What the record of such a browser or app is: like a person's, whoever that is."""


def derived_device(record: Record) -> Record | None:
    """The source record of the browser or app that sent a business object, if that is what decides whose
    it is, or if somebody was signed in on it: the anonymous person behind it is an individual from the first
    visit on. Whoever names their party's record is not anonymous."""
    cause = None if record.object_type.is_party else next(iter(record.identifiers), None)
    if cause is None or party_of(record) is not None:
        return None
    device = next((item for item in record.identifiers if item.type in ANONYMOUS_TYPES), None)
    logins = [item.value for item in record.identifiers if item.type is IdentifierType.LOGIN]
    if device is None or not (logins or cause is device):
        return None
    derived = Record(
        key=RecordKey(record.key.source, DEVICE_OBJECT, f"{device.type}:{device.value}"),
        object_type=DERIVED_DEVICE,
        modified_at=record.modified_at,
        content_hash=hashlib.sha256(device.key.encode()).hexdigest(),
        fields={},
        identifiers=(device,),
    )
    return with_logins(derived, logins)


def logins_of_device(device: Record) -> frozenset[str]:
    """The logins that were seen with the device."""
    logins = device.fields.get(DEVICE_LOGINS, [])
    return frozenset(str(login) for login in logins) if isinstance(logins, list) else frozenset()


def with_logins(device: Record, logins: Iterable[str]) -> Record:
    """The device with these logins besides its own."""
    together = sorted(logins_of_device(device).union(logins))
    return replace(device, fields={DEVICE_LOGINS: together}) if together else device
