"""Labels of CD19 CAR T cells for B-ALL, in the United States and in Europe, each in the edition that was read."""

from __future__ import annotations

from cartwise.evidence import Threshold, threshold
from cartwise.guidelines.eligibility_age import aged
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import Criterion, all_of, any_of, equals, meets, not_, open_by_source
from cartwise.measures.eligibility import (
    before_infusion,
    label_edition,
    label_region,
    refractory,
    relapsed,
    relapsed_after_hct,
    second_or_later_relapse,
)
from cartwise.measures.history import b_all


def _in(region: str) -> Criterion:
    return all_of(
        b_all,
        before_infusion,
        equals(label_region, region, words=f"labels of the {region} hold"),
        words=f"B-ALL before CAR T cells, where labels of the {region} hold",
    )


def _from(read: Threshold) -> Criterion:
    """Whether the text read holds: an earlier edition is not read here, so it is left open."""
    earlier = not_(meets(label_edition, read, words="labels of"), "an edition earlier than the one read")
    return not_(
        open_by_source(earlier, f"only another edition was read: {read.locator}"),
        "in the edition that was read",
    )


relapsed_or_refractory = any_of(refractory, relapsed, words="relapsed or refractory")

us = Guideline("Label of CD19 CAR T cells, United States", source="labels", written_for=_in("US"))
eu = Guideline("Label of CD19 CAR T cells, Europe", source="labels", written_for=_in("EU"))

us.recommend(
    "labels/tisa-cel-us-indication",
    when=all_of(
        _from(threshold("labels/tisa-cel-us-edition")),
        aged(threshold("labels/tisa-cel-us-age")),
        any_of(refractory, second_or_later_relapse),
    ),
    grounds=("myers-2023/tisa-cel-label", "westhafen-2025/approved-children"),
)
eu.recommend(
    "labels/tisa-cel-eu-indication",
    # As NICE TA975 quotes the authorisation; the year of that text is not known here, so no edition is asked.
    when=all_of(
        aged(threshold("labels/tisa-cel-eu-age")),
        any_of(refractory, relapsed_after_hct, second_or_later_relapse),
    ),
    grounds=("westhafen-2025/approved-children",),
)
us.recommend(
    "labels/brexu-cel-us-indication",
    when=all_of(
        _from(threshold("labels/brexu-cel-us-edition")),
        aged(threshold("labels/brexu-cel-us-age")),
        relapsed_or_refractory,
    ),
    grounds=("westhafen-2025/approved-adults",),
)
us.recommend(
    "labels/obe-cel-us-indication",
    when=all_of(
        _from(threshold("labels/obe-cel-us-edition")),
        aged(threshold("labels/obe-cel-us-age")),
        relapsed_or_refractory,
    ),
    grounds=("westhafen-2025/approved-adults",),
)
eu.recommend(
    "labels/brexu-cel-eu-indication",
    when=all_of(
        _from(threshold("labels/brexu-cel-eu-edition")),
        aged(threshold("labels/brexu-cel-eu-age")),
        relapsed_or_refractory,
    ),
    grounds=("westhafen-2025/approved-adults",),
)
eu.recommend(
    "labels/obe-cel-eu-indication",
    when=all_of(
        _from(threshold("labels/obe-cel-eu-edition")),
        aged(threshold("labels/obe-cel-eu-age")),
        relapsed_or_refractory,
    ),
    grounds=("westhafen-2025/approved-adults",),
)
