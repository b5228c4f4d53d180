"""Records of persons to compare, and strategies that draw them."""

from __future__ import annotations

from hypothesis import strategies as st

from graph_model.identity.matching.features import Address, Features, Name, Party

_FIRST = ("mary", "maria", "robert", "bob", "rob", "roberto", "ada", "")
_LAST = ("smith", "smyth", "lovelace", "lovelace king", "mary", "")
_EMAILS = ("ada@mail.example", "ada1@mail.example", "ada@post.example", "mary.smith7@gmail.com")
_IDENTIFIERS = (
    "PASSPORT||123456",
    "PASSPORT||123465",
    "PASSPORT||999999",
    "CUSTOMER_NUMBER|crm|1",
    "CUSTOMER_NUMBER|shop|1",
    "DEVICE||d1",
)


def person(
    key: str,
    first: str = "",
    last: str = "",
    *,
    born: str = "",
    email: str = "",
    phone: str = "",
    suffix: str = "",
    address: Address | None = None,
    identifiers: tuple[str, ...] = (),
) -> Features:
    """A record with at most one value of each kind."""
    return Features(
        key,
        names=(Name(first, "", last, suffix),) if first or last else (),
        birth_dates=(born,) if born else (),
        emails=(email,) if email else (),
        phones=(phone,) if phone else (),
        addresses=(address,) if address else (),
        identifiers=identifiers,
    )


def _few(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


_names = st.builds(
    Name,
    st.sampled_from(_FIRST),
    st.sampled_from(("", "jane", "j")),
    st.sampled_from(_LAST),
    st.sampled_from(("", "jr", "sr")),
).filter(lambda name: bool(name.first or name.last))
_addresses = st.builds(
    Address,
    house=st.sampled_from(("", "1", "12")),
    street=st.sampled_from(("", "high street", "hihg street", "low road")),
    city=st.sampled_from(("", "york", "yorck")),
    postal_code=st.sampled_from(("", "10115", "10151")),
)


def features(key: str) -> st.SearchStrategy[Features]:
    """Records of every party, with none to two values of each kind."""
    return st.builds(
        Features,
        st.just(key),
        st.sampled_from((Party.PERSON, Party.PERSON, Party.ORGANIZATION, Party.DEVICE)),
        st.lists(_names, max_size=2).map(tuple),
        _few(("acme", "acme works", "works of acme")),
        _few(("1980-12-10", "1980-10-12", "1981-12-10", "1950-01-01")),
        st.sampled_from(("", "york", "leeds")),
        st.sampled_from(("", "MALE", "FEMALE")),
        _few(_EMAILS),
        _few(("+493023125001", "3023125001", "+493023125010")),
        st.lists(_addresses, max_size=2).map(tuple),
        _few(_IDENTIFIERS),
    )
