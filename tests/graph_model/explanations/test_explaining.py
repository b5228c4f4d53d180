"""What an explanation says is made of what is known, without a graph."""

from __future__ import annotations

from dataclasses import replace

from graph_model.identity.components import Member
from graph_model.identity.explanations.explaining import Known, explain_pair, strongest_pair
from graph_model.identity.explanations.model import Decision, SharedKey
from graph_model.identity.judging import Judged
from graph_model.identity.matching.default import DEFAULT
from graph_model.identity.matching.features import Features, Name, Party, pack
from graph_model.identity.matching.partition import partition
from graph_model.identity.model import Evidence
from graph_model.identity.rulesets.active import Loaded
from graph_model.identity.rulesets.model import BIT, Guards, Ruleset

ADA = Features("", names=(Name("ada", "", "lovelace"),), birth_dates=("1980-12-10",), phones=("+4930111",))
GRACE = Features("", names=(Name("grace", "", "hopper"),), birth_dates=("1906-12-09",), phones=("+4940222",))
ACCOUNT = "LOYALTY_NUMBER||7"
"""Equal loyalty numbers are a match rule of their own, whatever else contradicts."""


def key(number: int) -> str:
    return f"crm/Individual/{number}"


def known(records: list[Features], rules: Ruleset = DEFAULT) -> Known:
    """These records as they would be stored: compared each with each, and divided."""
    features = {key(place): replace(record, key=key(place)) for place, record in enumerate(records)}
    loaded = Loaded.of(1, 1, rules)
    evidence = {}
    keys = sorted(features)
    for place, a in enumerate(keys):
        for b in keys[place + 1 :]:
            weight = loaded.scorer.weigh(features[a], features[b])
            if weight > rules.floor:
                evidence[a, b] = Evidence(weight, loaded.scorer.rule(features[a], features[b]))
    weights = {pair: item.weight for pair, item in evidence.items()}
    found = partition(features, weights, loaded.scorer)
    owner = {record: f"ind_{place}" for place, part in enumerate(found.parts) for record in part}
    members = {
        record: Member(
            record, "crm", "Individual", pack(item), item.identifiers, (), "cmp_1", "", False, 1, "{}",
            f"rec_{record}", owner[record], False,
        )
        for record, item in features.items()
    }  # fmt: skip
    return Known(loaded, members, features, evidence, [], [Judged(features, weights, [], [], found)])


COMPARED = [SharedKey("names", 2, 60)]


def test_clusters_that_contradict_each_other_are_told_with_their_linkage() -> None:
    """Grace has the number of one of six records of Ada: that pair is a match, and the six say it is none."""
    here = known([replace(ADA, identifiers=(ACCOUNT,)), *[ADA] * 5, replace(GRACE, identifiers=(ACCOUNT,))])
    told = explain_pair(here, key(0), key(6), COMPARED)
    assert told.told.rule == "ACCOUNT"
    assert told.told.weight == told.stored == 5 * BIT
    assert (told.linked, told.decision) == (False, Decision.LINKAGE)
    assert told.linkage is not None
    assert told.linkage < DEFAULT.link


def test_a_pair_between_the_thresholds_says_so() -> None:
    here = known([ADA, GRACE])
    told = explain_pair(here, key(0), key(1), COMPARED)
    assert (told.decision, told.compared) == (Decision.BELOW_THRESHOLD, True)
    without = explain_pair(here, key(0), key(1), [SharedKey("names", None, 60)])
    assert (without.decision, without.compared) == (Decision.NOT_COMPARED, False)


def test_a_guard_is_told_with_what_it_rests_on() -> None:
    rules = DEFAULT.model_copy(update={"guards": Guards(unique=("PASSPORT",))})
    here = known(
        [replace(ADA, identifiers=("PASSPORT||1",)), ADA, replace(ADA, identifiers=("PASSPORT||2",))], rules
    )
    apart = {member.individual for member in here.members.values()}
    assert len(apart) == 2
    told = explain_pair(here, key(0), key(2), COMPARED)
    assert told.decision is Decision.GUARD
    assert told.guarded is not None
    assert told.guarded.because == (key(0), key(2))
    assert set(told.references) >= {key(0), key(2)}


def test_a_record_that_is_to_be_alone_and_an_organisation_say_why_they_are_apart() -> None:
    alone = known([ADA, replace(ADA, alone=True)])
    assert explain_pair(alone, key(0), key(1), []).decision is Decision.ALONE
    company = known([ADA, Features("", party=Party.ORGANIZATION, organizations=("lovelace",))])
    assert explain_pair(company, key(0), key(1), []).decision is Decision.PARTY


def test_what_the_record_filter_keeps_out_says_so() -> None:
    rules = DEFAULT.model_copy(update={"record_filter": {"recordId": {"eq": "1"}}})
    here = known([ADA, ADA], rules)
    assert here.loaded.keeps_out(here.features[key(1)])
    members = {record: replace(item, individual=record) for record, item in here.members.items()}
    told = explain_pair(replace(here, members=members), key(0), key(1), [])
    assert told.decision is Decision.KEPT_OUT


def test_of_two_individuals_the_strongest_pair_is_explained() -> None:
    here = known([ADA, replace(ADA, emails=("x@mail.example",)), replace(GRACE, emails=("x@mail.example",))])
    one = here.together(here.members[key(0)].individual)
    other = here.together(here.members[key(2)].individual)
    a, b = strongest_pair(here, one, other)
    weights = {
        (left, right): here.loaded.scorer.weigh(here.features[left], here.features[right])
        for left in one
        for right in other
    }
    assert weights[a, b] == max(weights.values())
