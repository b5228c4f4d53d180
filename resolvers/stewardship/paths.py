"""Where constraints and reviews of an individual are found."""

from __future__ import annotations

from graph_model.reading.shape import Direction, Hop, Order, Path, Value

_RECORDS = Hop("UNIFIED", Direction.IN, "SourceRecord")

CONSTRAINTS = Path(
    (_RECORDS, Hop("BINDS", Direction.IN, "Constraint", "c")), (Order(Value("id", "c")),), distinct=True
)
"""The constraints on any of the individual's records, those that have ended among them, the oldest first."""
BOUND = Path((Hop("BINDS", Direction.OUT, "SourceRecord", "r"),), (Order(Value("key", "r")),))
"""The records that a constraint binds."""
OPEN_REVIEWS = Path(
    (_RECORDS, Hop("CONCERNS", Direction.IN, "ReviewItem", "q")),
    (Order(Value("id", "q")),),
    where=((Value("state", "q"), "OPEN"),),
    distinct=True,
)
"""The reviews of any of the individual's records that wait to be decided."""
