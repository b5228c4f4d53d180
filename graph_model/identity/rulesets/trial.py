"""Resolving records in memory, by the rules and the code by which they are resolved in the graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from graph_model.identity.candidates import IDENTIFIER, Mark, Pair
from graph_model.identity.components import Member, Neighbourhood, connected
from graph_model.identity.constraints.model import Among
from graph_model.identity.judging import judge
from graph_model.identity.logins import logins_of
from graph_model.identity.matching.features import Features, Party, unpack
from graph_model.identity.model import Evidence
from graph_model.identity.rulesets.active import Loaded
from graph_model.identity.subjects import Findable, caps, findable, matching_features, takes_part
from graph_model.workers import Tell


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the records: the parts that they fall into, ordered by least key, the evidence between
    them, and how many pairs were compared."""

    parts: list[frozenset[str]]
    evidence: dict[Pair, Evidence]
    compared: int


def resolve_in_memory(tell: Tell, loaded: Loaded, members: Mapping[str, Member], bound: Among) -> Trial:
    """Resolve these records among themselves. The more of a population they are, the nearer is the answer to
    what the graph would say: how many records hold a key is counted among them."""
    found = {
        key: findable(member.source, unpack(member.features), member.identifiers, loaded)
        for key, member in members.items()
    }
    holders = _holders(found)
    allowed = caps(loaded)
    generic = {
        str(mark[1])
        for mark, keys in holders.items()
        if mark[0] == IDENTIFIER and len(keys) > allowed.of(mark)
    }
    members = {
        key: replace(member, generics=tuple(name for name in member.identifiers if name in generic))
        for key, member in members.items()
    }
    features = {
        key: matching_features(unpack(member.features), loaded, member.generics)
        for key, member in members.items()
        if takes_part(member.source, unpack(member.features), loaded)
    }
    signed_in = _by_login(features)
    evidence: dict[Pair, Evidence] = {}
    compared, scorer, floor = 0, loaded.scorer, loaded.ruleset.floor
    for place, key in enumerate(sorted(features)):
        partners = {
            other
            for mark in found[key].sought
            if len(holders[mark]) <= allowed.of(mark)
            for other in holders[mark]
            if other > key and other in features
        }
        by_party = signed_in[features[key].party is not Party.DEVICE]
        partners |= {other for login in logins_of(features[key]) for other in by_party[login] if other > key}
        for other in partners:
            compared += 1
            weight = scorer.weigh(features[key], features[other])
            if weight > floor:
                evidence[key, other] = Evidence(weight, scorer.rule(features[key], features[other]))
        tell(place, len(features))
    joined = connected(members, (*evidence, *bound.always))
    here = Neighbourhood(dict(members), evidence)
    judged = judge(loaded, here, joined, evidence, bound)
    return Trial(judged.parts, evidence, compared)


def _by_login(features: Mapping[str, Features]) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    """By login the records that carry it, and the devices that it was seen with."""
    found: tuple[defaultdict[str, list[str]], defaultdict[str, list[str]]]
    found = defaultdict(list), defaultdict(list)
    for key, item in features.items():
        for login in logins_of(item):
            found[item.party is Party.DEVICE][login].append(key)
    return found


def _holders(found: Mapping[str, Findable]) -> Mapping[Mark, list[str]]:
    holders: defaultdict[Mark, list[str]] = defaultdict(list)
    for key, each in found.items():
        for mark in each.holds:
            holders[mark].append(key)
    return holders


def sides(parts: Iterable[frozenset[str]], group: Mapping[str, str]) -> list[dict[str, frozenset[str]]]:
    """Each part, divided by the group that its records are in."""
    divided: list[dict[str, frozenset[str]]] = []
    for part in parts:
        groups: defaultdict[str, set[str]] = defaultdict(set)
        for key in part:
            groups[group[key]].add(key)
        divided.append({name: frozenset(keys) for name, keys in sorted(groups.items())})
    return divided
