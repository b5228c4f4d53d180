"""Survivorship: an individual's golden values, derived from what its records say.

Read `model.py` first, then `ranking.py` (the rules), then `survivorship.py`. Where each value is from is kept
beside the values (`provenance.py`); `rederive.py` derives all of them anew after a change of rules alone.
"""

from graph_model.identity.golden.model import (
    ADDRESS,
    ADDRESS_FIELDS,
    ADDRESSES,
    CONTACT_POINTS,
    CORRECTION,
    FOLDED,
    RECONCILED,
    RECORD_FIELDS,
    SINGLE_FIELDS,
    Golden,
    GoldenSource,
    Provenance,
    Times,
    pack_times,
)
from graph_model.identity.golden.survivorship import golden_values

__all__ = [
    "ADDRESS",
    "ADDRESSES",
    "ADDRESS_FIELDS",
    "CONTACT_POINTS",
    "CORRECTION",
    "FOLDED",
    "RECONCILED",
    "RECORD_FIELDS",
    "SINGLE_FIELDS",
    "Golden",
    "GoldenSource",
    "Provenance",
    "Times",
    "golden_values",
    "pack_times",
]
