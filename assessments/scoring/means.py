"""Methods that take a mean: of leaves, of groups, of stages, of results cut back, or held down by the critical."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from math import lcm
from operator import mul

from assessments.scoring.layout import Layout
from assessments.scoring.methods import Combined, Given, Term, Terms


class WeightedMean:
    """Every leaf counts by its own weight, however deep it stands: a clause with 40 leaves outweighs one with 1.

    The weights of headings play no part.
    """

    name = "weighted_mean"
    formula = (
        "The sum of weight x ratio over all leaves below that count, divided by the sum of their weights. "
        "Each leaf counts by its own weight, however deep it stands."
    )
    is_mean = True

    def combine(self, layout: Layout, given: Given) -> Combined:
        """Combine by running totals: a subtree is a span of slots, so its sum is one difference.

        Only exact numbers allow that: with floats the difference would carry the rounding of all that stands before.
        """
        weights = layout.slot_weights

        def spans_of(column: Sequence[int]) -> list[int]:
            totals = [0, *accumulate(map(mul, weights, column))]
            return [totals[last] - totals[first] for first, last in layout.spans]

        return Combined(spans_of(given.counted), [spans_of(column) for column in given.columns])

    def terms(self, layout: Layout, given: Given, *, place: int) -> Terms:
        """Each leaf has its weight's part of all the weight that counts."""
        weights = {slot: layout.weights[slot] for slot in layout.slots_of(place) if given.counted[slot]}
        if place < len(layout.slots):
            weights = dict.fromkeys(weights, 1)
        whole = sum(weights.values())
        shares = {slot: Fraction(weight, whole) for slot, weight in weights.items() if weight}
        return Terms(
            {slot: Term(share, share * given.columns[0][slot] / given.resolution) for slot, share in shares.items()}
        )

    def coverage(self, layout: Layout, *, live: Sequence[int], answered: Sequence[int]) -> Combined:
        """The answered weight over the weight that applies."""
        return WeightedMean.combine(self, layout, Given(live, live, [answered], 1))


class CappedMean(WeightedMean):
    """A weighted mean of results that are cut back to the publisher's target first, so that none makes up for another.

    TISAX: an overall result above the target cannot be reached, and a control below its target is not balanced by one
    above it (ENX, TISAX Participant Handbook, on the maturity level and its "cut back to target").
    """

    name = "capped_mean"
    formula = (
        "The sum of weight x ratio over all leaves below that count, divided by the sum of their weights, where each "
        "result above its publisher's target is cut back to that target first."
    )

    def combine(self, layout: Layout, given: Given) -> Combined:
        """Cut back, then take the mean."""
        return super().combine(layout, _cut_back(layout, given))

    def terms(self, layout: Layout, given: Given, *, place: int) -> Terms:
        """The terms of the mean. A single leaf is shown as it is."""
        return super().terms(layout, given if place < len(layout.slots) else _cut_back(layout, given), place=place)


def _cut_back(layout: Layout, given: Given) -> Given:
    caps = [int(cap * given.resolution) for cap in layout.marks.caps]
    return given._replace(columns=[list(map(min, column, caps)) for column in given.columns])


class Floor(WeightedMean):
    """A weighted mean that never lies more than the allowance above the lowest critical leaf."""

    name = "floor"
    formula = (
        "The weighted mean of all leaves below that count, but never more than the allowance above the lowest of the "
        "critical ones among them."
    )

    def combine(self, layout: Layout, given: Given) -> Combined:
        """Take the mean, and hold it down."""
        wholes, parts = super().combine(layout, given)
        allowed = int(layout.marks.allowance * given.resolution)
        critical = [
            slot for slot, is_critical in enumerate(layout.marks.critical) if is_critical and given.counted[slot]
        ]
        for column, part in zip(given.columns, parts, strict=True):
            for group, (first, last) in enumerate(layout.spans):
                lowest = min((column[slot] for slot in critical if first <= slot < last), default=None)
                if lowest is not None:
                    part[group] = min(part[group], wholes[group] * (lowest + allowed))
        return Combined(wholes, parts)

    def terms(self, layout: Layout, given: Given, *, place: int) -> Terms:
        """The terms of the mean, or the lowest critical leaves where they hold it down."""
        mean = super().terms(layout, given, place=place)
        if place < len(layout.slots):
            return mean
        units = {
            slot: given.columns[0][slot]
            for slot in layout.slots_of(place)
            if layout.marks.critical[slot] and given.counted[slot]
        }
        if not units or not mean.by_slot:
            return mean
        most = Fraction(min(units.values()), given.resolution) + layout.marks.allowance
        if mean.ratio <= most:
            return mean
        lowest = [slot for slot, value in units.items() if value == min(units.values())]
        return Terms({slot: Term(Fraction(1, len(lowest)), most / len(lowest)) for slot in lowest})


class MeanOfGroups:
    """Every node counts by its weight among its siblings: a clause with 40 leaves weighs as much as one with 1.

    A group in which nothing counts is left out. The own answer of a parent is one more member of its group.
    """

    name = "mean_of_groups"
    formula = (
        "The mean of the direct members of each group, by their weights, from the leaves upwards. "
        "Each group counts by its own weight, however many leaves it holds."
    )
    is_mean = True

    def combine(self, layout: Layout, given: Given) -> Combined:
        """Combine from the leaves upwards, each group over the least common multiple of its members' denominators."""
        wholes = list(given.counted)
        pools = [list(column) for column in given.columns]
        for members in layout.members:
            factors, whole = self._weigh(layout, members=members, wholes=wholes)
            wholes.append(whole)
            for pool in pools:
                pool.append(sum(map(mul, factors, map(pool.__getitem__, members))))
        slots = len(layout.slots)
        return Combined(wholes[slots:], [pool[slots:] for pool in pools])

    def terms(self, layout: Layout, given: Given, *, place: int) -> Terms:
        """A leaf has the product of its shares in its own group and in every group above, up to ``place``."""
        slots = len(layout.slots)
        holds = [*given.counted, *self.combine(layout, given._replace(columns=())).wholes]
        found: dict[int, Fraction] = {}
        path = [(place, Fraction(1))] if holds[place] else []
        while path:
            at, share = path.pop()
            if at < slots:
                found[at] = share
                continue
            members = layout.members[at - slots]
            shares = self._shares(layout, members=members, holds=[bool(holds[member]) for member in members])
            path.extend((member, share * part) for member, part in zip(members, shares, strict=True) if part)
        return Terms(
            {
                slot: Term(share, share * given.columns[0][slot] / given.resolution)
                for slot, share in sorted(found.items())
            }
        )

    def coverage(self, layout: Layout, *, live: Sequence[int], answered: Sequence[int]) -> Combined:
        """The answered part of what applies, group by group like the score."""
        return self.combine(layout, Given(live, live, [answered], 1))

    def _weigh(self, layout: Layout, *, members: Sequence[int], wholes: Sequence[int]) -> tuple[Sequence[int], int]:
        """The factor of each member's numerator, and the denominator of their mean."""
        return _weigh(
            [layout.weights[member] for member in members], denominators=[wholes[member] for member in members]
        )

    def _shares(self, layout: Layout, *, members: Sequence[int], holds: Sequence[bool]) -> list[Fraction]:
        """Each member's share among those that hold something."""
        weights = [layout.weights[member] if held else 0 for member, held in zip(members, holds, strict=True)]
        whole = sum(weights)
        return [Fraction(weight, whole) if weight else Fraction(0) for weight in weights]


class Samm(MeanOfGroups):
    """A mean of stages: the activities of one stage are averaged over the streams, then the stages of a practice.

    OWASP SAMM 2.0, assessment guide: every activity of a practice's two streams and three levels is worth 0, 0.25, 0.5
    or 1; a practice scores the sum, over its levels, of the streams' mean, from 0 to 3; business functions score the
    mean of their practices. On a scale of results from 0 to 3, three times the mean of the levels is that sum.
    """

    name = "samm"
    formula = (
        "Within a practice the activities of each level are averaged, and the levels' averages added up (as a ratio: "
        "averaged again). Groups above take the mean of their members, by weight."
    )

    def _weigh(self, layout: Layout, *, members: Sequence[int], wholes: Sequence[int]) -> tuple[Sequence[int], int]:
        buckets = _by_stage(layout, members=members)
        inner = [
            _weigh([layout.weights[members[at]] for at in bucket], denominators=[wholes[members[at]] for at in bucket])
            for bucket in buckets
        ]
        weights = [
            _bucket_weight(layout, members=members, bucket=[at for at in bucket if wholes[members[at]]])
            for bucket in buckets
        ]
        outer, whole = _weigh(weights, denominators=[bucket_whole for _, bucket_whole in inner])
        factors = [0] * len(members)
        for bucket, (own, _), factor in zip(buckets, inner, outer, strict=True):
            for at, weight in zip(bucket, own, strict=True):
                factors[at] = weight * factor
        return factors, whole

    def _shares(self, layout: Layout, *, members: Sequence[int], holds: Sequence[bool]) -> list[Fraction]:
        buckets = [[at for at in bucket if holds[at]] for bucket in _by_stage(layout, members=members)]
        inner = [sum(layout.weights[members[at]] for at in bucket) for bucket in buckets]
        outer = [
            _bucket_weight(layout, members=members, bucket=bucket) if whole else 0
            for bucket, whole in zip(buckets, inner, strict=True)
        ]
        shares = [Fraction(0)] * len(members)
        for bucket, own, weight in zip(buckets, inner, outer, strict=True):
            for at in bucket if weight else ():
                shares[at] = Fraction(weight, sum(outer)) * Fraction(layout.weights[members[at]], own)
        return shares


def _by_stage(layout: Layout, *, members: Sequence[int]) -> list[list[int]]:
    """Places of members: those of one stage together, each without a stage for itself."""
    stages = layout.marks.stages
    staged: defaultdict[int, list[int]] = defaultdict(list)
    alone = []
    for at, member in enumerate(members):
        stage = stages[member] if member < len(stages) else 0
        if stage:
            staged[stage].append(at)
        else:
            alone.append([at])
    return [*staged.values(), *alone]


def _bucket_weight(layout: Layout, *, members: Sequence[int], bucket: Sequence[int]) -> int:
    """A stage weighs as much as the heaviest of its activities that count, however many it holds."""
    return max((layout.weights[members[at]] for at in bucket), default=0)


def _weigh(weights: Sequence[int], *, denominators: Sequence[int]) -> tuple[Sequence[int], int]:
    """Return the factor of each member's numerator, and the denominator of their mean.

    A member with the denominator 0 holds nothing that counts: its numerator is 0, so its factor is of no account, and
    its weight stays out of the denominator. A member without weight has the factor 0.
    """
    if max(denominators, default=0) <= 1:  # leaves only, the usual case
        return weights, sum(map(mul, weights, denominators))
    common = lcm(*(denominator or 1 for denominator in denominators))
    factors = [
        weight * (common // (denominator or 1)) for weight, denominator in zip(weights, denominators, strict=True)
    ]
    whole = common * sum(weight for weight, denominator in zip(weights, denominators, strict=True) if denominator)
    return factors, whole
