"""Names of organisations without what says only of which legal form they are."""

from __future__ import annotations

import re
from functools import lru_cache

from graph_model.identity import normalise

_FORMS = """
ab ag aktiengesellschaft as asa bv bvba co company corp corporation cv doo eg eirl ek eood ev gbr gesmbh gmbh
incorporated inc kft kg kgaa kk limited limitada llc llp lp ltd ltda mbh nv oao ohg ood ooo oy oyj pao
plc ptc pte pty pvt private public sa sapi sarl sas se sl sls snc societe spa sp spolka sprl spzoo sro srl
ug zao zoo zrt
"""
_LEGAL_FORMS = frozenset(_FORMS.split())
_LEADING = frozenset({"ooo", "oao", "zao", "pao", "pt", "the"})
_FILLERS = frozenset({"and", "the", "of", "und", "et", "y", "e", "mbh", "co"})
_DOTTED = re.compile(r"\b(?:\w[./]\s?){2,}|\b\w/\w\b")
_WORDS = {
    "intl": "international",
    "natl": "national",
    "mfg": "manufacturing",
    "bros": "brothers",
    "svcs": "services",
}


@lru_cache(maxsize=1 << 14)
def normal_name(value: str) -> str:
    """Words in lower case without legal forms: `Müller & Söhne GmbH & Co. KG` → `muller sohne`."""
    text = _DOTTED.sub(lambda found: re.sub(r"[./\s]", "", found[0]) + " ", value.replace("'", ""))
    words = [_WORDS.get(word, word) for word in normalise.words(text).split()]
    end = len(words)
    while end > 1 and (words[end - 1] in _LEGAL_FORMS or words[end - 1] in _FILLERS):
        end -= 1
    start = 0
    while start < end - 1 and words[start] in _LEADING:
        start += 1
    kept = [word for word in words[start:end] if word not in ("and", "und", "et")]
    return " ".join(kept or words)
