"""Special populations before CAR T cells: what each source says of them (004:15, 248-272; 002:202-223; 001:72, 85)."""

from __future__ import annotations

from cartwise.evidence import threshold
from cartwise.guidelines.guideline import Guideline
from cartwise.measures import all_of, any_of, criterion, equals, meets, not_, open_by_source
from cartwise.measures.burden import mrd_state_after_reinduction
from cartwise.measures.donor_cells import mixed_chimerism
from cartwise.measures.eligibility import (
    before_infusion,
    first_relapse_after,
    germline_predisposed,
    infant_leukaemia,
    isolated_cns_relapse,
    refractory,
    relapsed,
    second_or_later_relapse,
)
from cartwise.measures.history import b_all, indication, prior_hct
from cartwise.measures.lesions import chromosomal_instability, down_syndrome
from cartwise.measures.study_indications import (
    blasts_at_re_emergence,
    chemotherapy_intolerance,
    mrd_re_emergence_span,
    targeted_therapy_at_re_emergence,
)

before_cells = all_of(b_all, before_infusion, words="B-ALL before CAR T cells")
first_relapse = all_of(relapsed, not_(second_or_later_relapse, "no second relapse"), words="first relapse")
early_or_late = "004:251-252 tells early from late isolated CNS relapse and names no time between them"

myers = Guideline("CAR T cells in special populations", source="myers-2023", written_for=before_cells)
myers.recommend(
    "myers-2023/first-relapse-high-risk",
    direction="open",
    when=all_of(
        first_relapse,
        any_of(
            meets(
                first_relapse_after,
                threshold("myers-2023/high-risk-first-relapse"),
                words="first relapse, from diagnosis",
            ),
            equals(mrd_state_after_reinduction, "positive", words="MRD positive after reinduction"),
        ),
    ),
    grounds=("myers-2023/first-relapse-not-approved",),
)
myers.recommend(
    "myers-2023/isolated-cns",
    when=all_of(
        isolated_cns_relapse,
        any_of(second_or_later_relapse, open_by_source(first_relapse, early_or_late)),
    ),
    grounds=("myers-2023/cns-neurotoxicity",),
)
myers.recommend(
    "myers-2023/isolated-cns-late",
    direction="against",
    when=all_of(isolated_cns_relapse, open_by_source(first_relapse, early_or_late)),
)
myers.recommend("myers-2023/down-syndrome", when=all_of(down_syndrome, relapsed))
myers.recommend(
    "myers-2023/infant",
    when=all_of(infant_leukaemia, relapsed),
    grounds=("myers-2023/infant-lineage-switch",),
)

westhafen = Guideline("CAR T cells in special populations", source="westhafen-2025", written_for=before_cells)
westhafen.recommend(
    "westhafen-2025/first-relapse-selected",
    when=all_of(
        first_relapse,
        any_of(
            down_syndrome,
            chromosomal_instability,
            open_by_source(germline_predisposed, "002:202 speaks of genetic conditions and lists none"),
            words="genetic condition with excessive toxicity of conventional treatment",
        ),
    ),
)
westhafen.recommend("westhafen-2025/down-syndrome", when=all_of(down_syndrome, refractory))
westhafen.recommend(
    "westhafen-2025/chromosomal-instability",
    direction="open",
    when=all_of(chromosomal_instability, prior_hct, mixed_chimerism),
)

re_emergence = any_of(
    equals(indication, "MRD re-emergence", words="MRD re-emergence as recorded"),
    all_of(
        meets(
            mrd_re_emergence_span,
            threshold("wang-2025/mrd-re-emergence-apart"),
            words="MRD found again, over",
        ),
        meets(
            blasts_at_re_emergence, threshold("wang-2025/mrd-re-emergence-blasts"), words="marrow blasts then"
        ),
        not_(targeted_therapy_at_re_emergence, "no targeted therapy in between"),
    ),
    words="MRD re-emergence",
)

wang = Guideline("Indications of the Peking study", source="wang-2025", written_for=before_cells)
wang.recommend(
    "wang-2025/mrd-re-emergence",
    decision="eligibility",
    action="MRD re-emergence as the study defines it: an indication of the study, not a label",
    direction="open",
    when=any_of(
        re_emergence,
        equals(indication, "MRD persistence", words="MRD persistence"),
        words="MRD persistent or found again",
    ),
    grounds=("wang-2025/indications",),
)
wang.recommend(
    "wang-2025/chemotherapy-intolerance",
    decision="eligibility",
    action="Chemotherapy intolerance as the study defines it: an indication of the study, not a label",
    direction="open",
    when=criterion(chemotherapy_intolerance),
    grounds=("wang-2025/indications",),
)
