"""The factors that studies tie to how it goes after CD19 CAR T cells, each answered for one patient.

Each stands by itself, with the facts that support and that contradict it. They are not counted, weighed or added up: no
source read here gives a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cartwise import evidence
from cartwise.basis import NO, UNKNOWN, YES, Truth
from cartwise.evidence import Fact, threshold
from cartwise.guidelines.consolidation import BCA_DEFINITIONS, early_bca_loss
from cartwise.guidelines.crs import risk_of_severe_crs
from cartwise.measures import Answer, Criterion, Sheet, all_of, criterion, meets
from cartwise.measures.bridging import antigen_load
from cartwise.measures.burden import marrow_blasts_before_ld
from cartwise.measures.history import blinatumomab_failure, hct_to_relapse, prior_blinatumomab, prior_hct
from cartwise.measures.lesions import down_syndrome, hypodiploid, kmt2a_rearranged, tp53_altered
from cartwise.measures.lymphodepletion import fludarabine_auc
from cartwise.measures.neurology import cns_disease_recorded
from cartwise.measures.residual_disease import ngs_detected_day_28, ngs_detected_month_3
from cartwise.measures.risk_factors import (
    active_extramedullary_at_infusion,
    cd19_dim_after_blinatumomab,
    female,
    low_cell_dose,
    many_prior_lines,
    prior_remissions,
    rq_pcr_day_28_range,
)
from cartwise.measures.toxicity import crs_grade_3_or_more
from cartwise.measures.transplant import adverse_cytogenetics
from cartwise.study import Patient

OF_TOXICITY = "toxicity"
"""Theme of facts that tie a factor to toxicity; they say nothing of relapse and stand apart."""


@dataclass(frozen=True, slots=True)
class AtEachCutoff(Criterion):
    """A factor that studies cut at different places: asked at each, and settled where they agree."""

    of: tuple[Criterion, ...]
    words: str

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """The factor at each cut-off."""
        return self.of

    @property
    def sentence(self) -> str:
        """The factor."""
        return self.words

    def answer(self, sheet: Sheet) -> Answer:
        """One answer where the cut-offs agree; unknown by the source where they part."""
        parts = tuple(part.ask(sheet) for part in self.of)
        truths = {part.truth for part in parts}
        if len(truths) == 1 and UNKNOWN not in truths:
            return Answer(parts[0].truth, self.sentence, parts[0].detail, facts=self.facts(), parts=parts)
        if {YES, NO} <= truths:
            told = "; ".join(f"{part.sentence}: {part.truth}" for part in parts)
            return Answer(UNKNOWN, self.sentence, f"depends on the cut-off: {told}", "source", parts=parts)
        waiting = next(part for part in parts if part.truth is UNKNOWN)
        return Answer(
            UNKNOWN, self.sentence, waiting.detail, waiting.cause, waiting.settled_by, self.facts(), parts
        )


@dataclass(frozen=True, slots=True)
class Factor:
    """A registered factor: what is asked, and under which name the evidence speaks of it.

    Attributes:
        name: the factor, as a page shows it.
        about: its name in the evidence (`evidence.FACTORS`).
        present: whether this patient has it.
        toxicity: whether it is about toxicity, not about relapse and survival.
    """

    name: str
    about: str
    present: Criterion
    toxicity: bool = False

    def told(self) -> tuple[Fact, ...]:
        """What the evidence says of it."""
        return _told(self.about, toxicity=self.toxicity)


@cache
def _told(factor: str, *, toxicity: bool) -> tuple[Fact, ...]:
    return tuple(fact for fact in evidence.about(factor) if (fact.theme == OF_TOXICITY) is toxicity)


@dataclass(frozen=True, slots=True)
class FactorFinding:
    """A registered factor in one patient, beside what is known of it.

    Attributes:
        factor: the factor.
        answer: present (yes), absent (no) or unknown, with its reasons.
        supporting: keys of facts that found patients with it to do worse.
        contradicting: keys of facts that found no difference, or that they did better.
        undecided: keys of facts that draw no comparison or leave it open.
    """

    factor: Factor
    answer: Answer
    supporting: tuple[str, ...]
    contradicting: tuple[str, ...]
    undecided: tuple[str, ...]

    @property
    def truth(self) -> Truth:
        """Present, absent or unknown."""
        return self.answer.truth

    @property
    def missing(self) -> tuple[str, ...]:
        """What would settle it, where the record does not."""
        return tuple(dict.fromkeys(leaf.settled_by for leaf in self.answer.open_leaves() if leaf.settled_by))


def _blasts(key: str) -> Criterion:
    return meets(marrow_blasts_before_ld, threshold(key), words="marrow blasts before lymphodepletion")


_HIGH_BURDEN = AtEachCutoff(
    (
        _blasts("westhafen-2025/high-burden-paris"),
        _blasts("myers-2023/high-burden"),
        _blasts("westhafen-2025/high-burden-chop"),
    ),
    "high marrow burden",
)
_LOST = AtEachCutoff(
    tuple(
        early_bca_loss(threshold(key), BCA_DEFINITIONS)
        for key in (
            "talleur-2023/early-bca-loss-day-63",
            "westhafen-2025/early-bca-loss",
            "eliana-ensign/bca-loss-one-year",
        )
    ),
    "B-cell aplasia lost",
)
_EARLY_AFTER_HCT = all_of(
    prior_hct,
    meets(
        hct_to_relapse,
        threshold("germany-after-hct/relapse-within-six-months"),
        words="from HCT to relapse",
    ),
    words="relapse early after HCT",
)
_RQ_PCR = meets(
    rq_pcr_day_28_range, threshold("myers-2023/rq-pcr-positive"), words="IG/TR RQ-PCR about day 28"
)
_ANTIGEN = meets(antigen_load, threshold("plat-02/antigen-load"), words="CD19-positive marrow cells")
_FLUDARABINE = meets(
    fludarabine_auc, threshold("myers-2023/fludarabine-auc"), words="exposure to fludarabine"
)
_REMISSIONS = meets(prior_remissions, threshold("car-ma/two-remissions"), words="earlier remissions")

REGISTER = (
    Factor("High marrow burden before infusion", "marrow burden", _HIGH_BURDEN),
    Factor("No response to blinatumomab", "blinatumomab non-response", criterion(blinatumomab_failure)),
    Factor("Blinatumomab before", "blinatumomab exposure", criterion(prior_blinatumomab)),
    Factor(
        "CD19 dim after blinatumomab", "CD19 dim after blinatumomab", criterion(cd19_dim_after_blinatumomab)
    ),
    Factor("Loss of B-cell aplasia", "loss of B-cell aplasia", _LOST),
    Factor("NGS-MRD about day 28", "NGS-MRD", criterion(ngs_detected_day_28)),
    Factor("NGS-MRD about month 3", "NGS-MRD", criterion(ngs_detected_month_3)),
    Factor("IG/TR RQ-PCR about day 28", "IG/TCR RQ-PCR", _RQ_PCR),
    Factor("Low CD19 antigen load", "low antigen load", _ANTIGEN),
    Factor("Low cell dose", "low cell dose", criterion(low_cell_dose)),
    Factor("Relapse early after HCT", "early relapse after HCT", _EARLY_AFTER_HCT),
    Factor("Earlier HCT", "earlier HCT", criterion(prior_hct)),
    Factor("Low exposure to fludarabine", "low fludarabine exposure", _FLUDARABINE),
    Factor("Many lines of therapy before", "earlier therapy", criterion(many_prior_lines)),
    Factor("Two remissions or more before", "earlier therapy", _REMISSIONS),
    Factor(
        "Active extramedullary disease at infusion",
        "extramedullary disease",
        criterion(active_extramedullary_at_infusion),
    ),
    Factor("KMT2A rearrangement", "KMT2A rearrangement", criterion(kmt2a_rearranged)),
    Factor("TP53 alteration", "TP53", criterion(tp53_altered)),
    Factor("Hypodiploidy", "hypodiploidy", criterion(hypodiploid)),
    Factor("Adverse cytogenetics", "cytogenetics", criterion(adverse_cytogenetics)),
    Factor("Down syndrome", "Down syndrome", criterion(down_syndrome)),
    Factor("CNS disease before", "CNS disease", criterion(cns_disease_recorded)),
    Factor("Female sex", "sex", criterion(female)),
    Factor("Features that go with severe CRS", "marrow burden", risk_of_severe_crs, toxicity=True),
    Factor(
        "Severe CRS, with which severe ICANS goes",
        "severe ICANS risk",
        criterion(crs_grade_3_or_more),
        toxicity=True,
    ),
)
"""The register; its order says nothing of weight."""


def risk_factors(patient: Patient) -> tuple[FactorFinding, ...]:
    """Every registered factor for a patient as the record stood on the view's day; none is weighed against another."""
    sheet = Sheet(patient)
    return tuple(_found(factor, sheet) for factor in REGISTER)


def _found(factor: Factor, sheet: Sheet) -> FactorFinding:
    told = factor.told()
    return FactorFinding(
        factor,
        factor.present.ask(sheet),
        supporting=tuple(fact.key for fact in told if fact.effect == "worse"),
        contradicting=tuple(fact.key for fact in told if fact.effect in ("none", "better")),
        undecided=tuple(fact.key for fact in told if not fact.effect),
    )
