"""Values brought to one form, so that what means the same compares as the same.

Normalised values serve matching and look-up only; what is shown stays as the source wrote it.
The rules follow Salesforce Data Cloud's "exact normalized" method; `docs/stewards.md` has the choices
made. Names are in `names.py` and `organizations.py`, addresses in `addresses.py`.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from anyascii import anyascii
from email_validator import EmailNotValidError, validate_email

from graph_model.metadata.objects import ISSUED_BY_AUTHORITY, IdentifierType

NORMALISER_VERSION = 2
"""Stored with what was normalised (`matching/features.py`). Whoever changes what any normaliser makes of any
value raises it; records of an earlier version are then normalised anew by a job."""

MOST = 300
"""Characters of a value that are looked at: what is longer is no name, address or contact point, and the
time and the memory that values cost must have an end."""

_WRAPPING = "\"'<>()[]{} \t"
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_PLACEHOLDERS = re.compile(r"[0-]*|-1|null|none|nil|undefined|anonymous|unknown|n/?a|test", re.IGNORECASE)
# One of the two marks of an address has to be left; what has only the dot may be a remark.
_LIKE_EMAIL = re.compile(r".*\S@.*|.*@\S.*|\S+\.\S+")
_DISPLAY_NAME = re.compile(r"[^<>]*<([^<>]+)>\s*")
_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "herr", "frau", "mme", "mlle", "sir"}
)


class Malformed(ValueError):
    """A value that cannot be what its field says."""


def identifier(type_: IdentifierType, value: str, country: str | None) -> str | None:
    """The normalised value, or None where the value says nothing (a placeholder, or a national phone
    number of an unknown country). Raises Malformed for what is not of its type at all."""
    if type_ is IdentifierType.EMAIL:
        return email(value)
    if type_ is IdentifierType.PHONE:
        return phone(value, country)
    if type_ in ISSUED_BY_AUTHORITY:
        return number(value)
    text = value.strip()
    if _PLACEHOLDERS.fullmatch(text):
        return None
    return text.casefold() if type_ is IdentifierType.LOGIN else text


def number(value: str) -> str | None:
    """The number of a document: letters and digits in upper case, `521-21-2123` → `521212123`. None if it
    says nothing."""
    text = "".join(character for character in value.upper() if character.isalnum())
    return None if _PLACEHOLDERS.fullmatch(value.strip()) or _PLACEHOLDERS.fullmatch(text) else text


def email(value: str) -> str | None:
    """Lower case, without wrapping quotes and brackets, or a display name before it (RFC 5322, 3.4); at
    Google also without dots and plus tags, because Google delivers all of those to one mailbox. None if it
    is not an e-mail address."""
    return _email(value) if len(value) <= MOST else None


def misspelt_email(value: str) -> str | None:
    """What is like an e-mail address but is none, in lower case and without what is around it:
    `Em <em@aosn@ware.com>` → `em@aosn@ware.com`. It can be compared, but identifies nobody. None if it is an
    e-mail address, and for what is not even like one."""
    text = _bare(value).casefold()
    return text if len(value) <= MOST and _LIKE_EMAIL.fullmatch(text) and _email(value) is None else None


def _bare(value: str) -> str:
    named = _DISPLAY_NAME.fullmatch(value)
    return (named[1] if named else value).strip(_WRAPPING)


@lru_cache(maxsize=1 << 14)
def _email(value: str) -> str | None:
    try:
        parsed = validate_email(_bare(value), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return None
    local, domain = parsed.local_part.casefold(), parsed.domain.casefold()
    if domain in _GOOGLE:
        local, domain = local.split("+")[0].replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"


def phone(value: str, country: str | None) -> str | None:
    """E.164, the country taken from the number, else from `country` (ISO 3166-1 alpha-2). None if there
    is neither. Raises Malformed if no phone number of that country can look like this."""
    if len(value) > MOST:
        raise Malformed("not a phone number")
    return _phone(value, country)


@lru_cache(maxsize=1 << 14)
def _phone(value: str, country: str | None) -> str | None:
    if country is None and not value.strip().startswith(("+", "00")):
        return None
    text = "+" + value.strip()[2:] if country is None and value.strip().startswith("00") else value
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise Malformed("not a phone number") from None
    if not phonenumbers.is_possible_number(parsed):
        raise Malformed("not a phone number of its country")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def is_country(code: str) -> bool:
    """Whether it is a country code of ISO 3166-1 alpha-2 (as far as countries have phones)."""
    return code in phonenumbers.SUPPORTED_REGIONS


@lru_cache(maxsize=1 << 14)
def words(value: str) -> str:
    """Latin letters and digits in lower case, words parted by single spaces: `Łódź, Nord` → `lodz nord`."""
    return " ".join(_NOT_WORD.sub(" ", anyascii(value).casefold()).split())


@lru_cache(maxsize=1 << 14)
def name(value: str) -> str:
    """The words of a name without its titles: `Dr. José` → `jose`."""
    found = words(value).split()
    return " ".join([word for word in found if word not in _TITLES] or found)


def postal_code(value: str) -> str:
    """Letters and digits in upper case: `sw1a 1aa` → `SW1A1AA`."""
    return re.sub(r"[^A-Z0-9]", "", anyascii(value).upper())
