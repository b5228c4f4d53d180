"""From weights to people: which records of a component form one individual.

In this order: the weights decide (`linkage`), as far as guards and never-links let them; an individual over
an identifier limit is decided again without that type; always-links join whatever holds their two ends;
devices follow who uses them (`devices`). Persons and organisations never become one, and a record that its
source wants alone stays alone. The result is a function of the component: nothing depends on an order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from graph_model.identity.matching.component import Pair, Part, View, Weigher
from graph_model.identity.matching.devices import attach
from graph_model.identity.matching.features import Features, Party
from graph_model.identity.matching.groups import Groups
from graph_model.identity.matching.guards import Brake, Guarded, GuardReason, Stop, exceeded
from graph_model.identity.matching.linkage import agglomerate


class StepKind(StrEnum):
    """What made two clusters one."""

    WEIGHT = "WEIGHT"
    """The evidence: their linkage reached the threshold."""
    ALWAYS_LINK = "ALWAYS_LINK"
    """A steward's always-link."""
    DEVICE = "DEVICE"
    """A device follows who uses it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to a part: `one` and `other` became one. `pair` is the pair of records that spoke
    for it the most (or that the steward named), `weight` its weight where it has one."""

    one: Part
    other: Part
    by: StepKind
    linkage: int | None
    pair: Pair
    weight: int | None


@dataclass(frozen=True, slots=True)
class Partition:
    """The parts of a component by least key, what guards stopped, the steps in their order, and every weight
    that was looked at (those given, and those that had to be computed)."""

    parts: list[Part]
    guarded: list[Guarded] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    weights: Mapping[Pair, int] = field(default_factory=dict)


def partition(
    features: Mapping[str, Features],
    weights: Mapping[Pair, int],
    scorer: Weigher,
    *,
    always: Collection[Pair] = (),
    never: Collection[Pair] = (),
    modified: Mapping[str, str] | None = None,
) -> Partition:
    """The partition of a component.

    `features` are its records by key, without what is blocked, `weights` their stored weights (lesser key
    first; those of records from elsewhere are ignored), `always` and `never` the stewards' constraints,
    `modified` record-modified times for limits within a time window. `scorer` weighs pairs that have no
    weight; of a single record it is not asked.
    """
    if len(features) == 1:
        return Partition([frozenset(features)])
    return _Component(features, weights, scorer, always, never, modified or {}).partition()


class _Component:
    """One run: what was decided so far, and what was stopped."""

    def __init__(
        self,
        features: Mapping[str, Features],
        weights: Mapping[Pair, int],
        scorer: Weigher,
        always: Collection[Pair],
        never: Collection[Pair],
        modified: Mapping[str, str],
    ) -> None:
        self._features = features
        self._scorer = scorer
        self._ruleset = scorer.ruleset
        self._modified = modified
        self._linkable = linkable = {key for key in features if not features[key].alone}
        self._always = sorted({pair for pair in always if linkable.issuperset(pair)})
        self._never = {pair for pair in never if linkable.issuperset(pair)}
        self._uses: dict[Pair, int] = {}
        edges: dict[Pair, int] = {}
        for pair, weight in weights.items():
            if pair[0] in linkable and pair[1] in linkable:
                one, other = features[pair[0]].party, features[pair[1]].party
                if one is other:
                    edges[pair] = weight
                elif (one is Party.DEVICE or other is Party.DEVICE) and weight >= self._ruleset.link:
                    self._uses[pair] = weight
        self._view = View(features, edges, scorer)
        self._steps: list[Step] = []
        self._guarded: list[Guarded] = []
        self._stops: list[tuple[Pair, int | None, Stop]] = []

    def partition(self) -> Partition:
        """Decides."""
        decided: list[tuple[Part, View]] = []
        for part in self._judge(self._linkable, self._view):
            decided += self._limited(part, self._view, ())
        parts = self._tied(decided) if self._always else [part for part, _ in decided]
        if self._uses:
            parts = self._with_devices(parts)
        if len(self._linkable) < len(self._features):
            parts += [frozenset((key,)) for key in self._features if key not in self._linkable]
        parts.sort(key=min)
        if self._stops:
            self._tell_stops(parts)
        self._guarded.sort(key=lambda item: (item.reason, item.records))
        return Partition(parts, self._guarded, self._steps, self._view.weights | self._uses)

    def _judge(self, keys: Collection[str], view: View, joined: Iterable[Collection[str]] = ()) -> list[Part]:
        """What the weights, the guards and the never-links make of these records."""
        ruleset = self._ruleset
        brake = Brake(view.features, view.weights, ruleset.guards, self._never)

        def may_join(one: Part, other: Part) -> bool:
            if brake.forbids(one, other):
                return False
            stop = brake.stop(one, other)
            if stop is not None:
                self._stops.append((*view.strongest(one, other), stop))
            return stop is None

        blocks, refused = view.blocks(keys)
        detail = f"{len(keys)} records hang together, too many to be judged as a whole."
        for pair in refused:
            self._stops.append((pair, view.weights[pair], Stop(GuardReason.SIZE, (), detail)))
        parts: list[Part] = []
        for block, edges in blocks:
            found = agglomerate(
                block,
                edges,
                view.weigh,
                link=ruleset.link,
                clip=ruleset.clip,
                joined=joined,
                may_join=may_join,
            )
            parts += found.parts
            for join in found.joins:
                weight = view.weights[join.pair]
                self._steps.append(
                    Step(join.one, join.other, StepKind.WEIGHT, join.linkage, join.pair, weight)
                )
        return parts

    def _limited(self, part: Part, view: View, left_out: tuple[str, ...]) -> list[tuple[Part, View]]:
        """The part, or what becomes of it without the types of which it carries too many identifiers."""
        limits = self._ruleset.guards.limits
        if not limits or len(part) == 1:
            return [(part, view)]
        records = (self._features[key] for key in part)
        limit = exceeded(records, limits, self._modified, left_out)
        if limit is None:
            return [(part, view)]
        within = "" if limit.days is None else f" within {limit.days} days"
        detail = (
            f"Together they carry more than {limit.most} identifiers of the type {limit.type}{within}, so it "
            "was left out and they were decided again."
        )
        self._guarded.append(Guarded(GuardReason.IDENTIFIER_LIMIT, tuple(sorted(part)), None, (), detail))
        self._drop_steps(part)
        reduced = view.without(limit.type, part)
        return [
            found
            for smaller in self._judge(part, reduced)
            for found in self._limited(smaller, reduced, (*left_out, limit.type))
        ]

    def _tied(self, decided: list[tuple[Part, View]]) -> list[Part]:
        """The parts, joined by always-links. Where that would join records that are never one, what the
        weights joined gives way."""
        groups = Groups(self._linkable)
        for part, _ in decided:
            groups.join(*(groups.of(key) for key in part))
        kept, steps = self._tie(groups, self._always)
        parts: list[Part] = []
        for group in groups.all():
            if any(group.issuperset(pair) for pair in self._never):
                steps = [step for step in steps if not step.one <= group]
                parts += self._untied(group, [item for item in decided if item[0] <= group], kept)
            else:
                parts.append(group)
        self._steps += steps
        return parts

    def _tie(self, groups: Groups, always: Iterable[Pair]) -> tuple[list[Pair], list[Step]]:
        """Joins groups by always-links: those that hold, and the steps that they made."""
        kept: list[Pair] = []
        steps: list[Step] = []
        for pair in always:
            one, other = groups.of(pair[0]), groups.of(pair[1])
            if one is not other:
                if {Party.PERSON, Party.ORGANIZATION} <= {self._features[key].party for key in one | other}:
                    detail = "An always-link would make a person and an organisation one."
                    self._guarded.append(Guarded(GuardReason.PARTY, pair, None, pair, detail))
                    continue
                weight = self._view.weights.get(pair, self._uses.get(pair))
                parts = frozenset(one), frozenset(other)
                steps.append(Step(*parts, StepKind.ALWAYS_LINK, None, pair, weight))
                groups.join(one, other)
            kept.append(pair)
        return kept, steps

    def _untied(self, group: Part, decided: list[tuple[Part, View]], always: list[Pair]) -> list[Part]:
        """What becomes of records among which both always- and never-links hold: they begin as what the
        always-links join, and join on by the evidence that joined them before."""
        edges = {
            pair: weight
            for part, view in decided
            for pair, weight in view.edges.items()
            if part.issuperset(pair)
        }
        bound = Groups(group)
        self._drop_steps(group)
        self._steps += self._tie(bound, [pair for pair in always if group.issuperset(pair)])[1]
        for pair in sorted(self._never):
            if pair[0] in group and pair[1] in bound.of(pair[0]):
                detail = "A never-link parts what always-links join; the always-links hold."
                self._guarded.append(Guarded(GuardReason.CONSTRAINTS, pair, None, pair, detail))
        return self._judge(group, View(self._features, edges, self._scorer), bound.all())

    def _with_devices(self, parts: list[Part]) -> list[Part]:
        """The parts, and the devices with whom they follow."""
        brake = Brake({}, {}, self._ruleset.guards, self._never)
        attached, guarded = attach(
            parts, self._features, self._uses, self._ruleset, self._modified, brake.forbids
        )
        self._guarded += guarded
        groups = {part: part for part in parts}
        for item in attached:
            before = groups[item.to]
            self._steps.append(Step(before, item.device, StepKind.DEVICE, None, item.pair, item.weight))
            groups[item.to] = before | item.device
            del groups[item.device]
        return list(groups.values())

    def _drop_steps(self, part: Part) -> None:
        """Forgets how a part came about that is decided again."""
        self._steps = [step for step in self._steps if not step.one <= part]

    def _tell_stops(self, parts: list[Part]) -> None:
        """What guards stopped and what did not come about otherwise: for two parts and a reason once, by the
        strongest pair."""
        home = {key: number for number, part in enumerate(parts) for key in part}
        told: dict[tuple[GuardReason, int, int], tuple[int, Pair, Stop]] = {}
        for (a, b), weight, stop in self._stops:
            one, other = sorted((home[a], home[b]))
            if one != other:
                loss = 0 if weight is None else -weight
                case = (loss, (a, b), stop)
                place = (stop.reason, one, other)
                if place not in told or case[:2] < told[place][:2]:
                    told[place] = case
        for (reason, _, _), (loss, pair, stop) in told.items():
            self._guarded.append(Guarded(reason, pair, -loss, stop.because, stop.detail))
