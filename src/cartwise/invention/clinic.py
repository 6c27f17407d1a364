"""The clinic that follows one patient: visit by visit it samples, suspects, transplants, finds relapse, loses sight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.random import Generator

from cartwise.invention import assays
from cartwise.invention.agenda import Visit, marrows_after, one_a_day
from cartwise.invention.bedside import check_up, last_watched
from cartwise.invention.biology import (
    LIFETIME,
    Biology,
    Transplant,
    World,
    draw_transplant,
    first_day,
    phenotype,
    unfold,
)
from cartwise.invention.laboratory import Laboratory, write_blood, write_immunoglobulin, write_next_count
from cartwise.invention.notebook import Notebook
from cartwise.invention.parameters import Parameters
from cartwise.invention.person import Person
from cartwise.invention.policy import Chart, Circumstances, obstacle, reasons
from cartwise.invention.toxicity import Toxicity

DECISION = "consolidative-hct"


@dataclass(frozen=True, slots=True)
class Case:
    """What stands fixed about one patient before the clinic begins."""

    person: Person
    biology: Biology
    toxicity: Toxicity
    methods: tuple[str, ...]
    circumstances: Circumstances
    policy: Mapping[str, Any]

    @property
    def parameters(self) -> Parameters:
        """The numbers of the design."""
        return self.biology.parameters


@dataclass(frozen=True, slots=True)
class Fate:
    """How observation ends if nothing else ends it: the data cut, being lost, a death from infection."""

    data_cut: int
    lost: int
    infection_death: int


@dataclass(slots=True)
class Clinic:
    """One patient's follow-up as it unfolds; it changes as days pass, everything it works on does not."""

    case: Case
    fate: Fate
    notebook: Notebook
    chart: Chart
    visits: list[Visit]
    samples: Generator
    chances: Generator
    charts: Generator
    laboratory: Laboratory
    world: World = field(init=False)
    hct: Transplant | None = None
    planned: Transplant | None = None
    decided: bool = False
    judged: bool = False
    detected: int | None = None
    refractory: bool = False
    death: tuple[int, str] | None = None
    verify: int | None = None
    undetectable: int = 0
    today: int = -1

    def __post_init__(self) -> None:
        """The world begins without a transplant."""
        self.world = unfold(self.case.biology)
        if self.fate.infection_death < LIFETIME:
            self.death = (self.fate.infection_death, "infection")

    @property
    def end(self) -> int:
        """The last day of observation."""
        return min(self.fate.data_cut, self.fate.lost, self.death[0] if self.death else LIFETIME)

    @property
    def diseased(self) -> bool:
        """Whether relapse or failure has ended the planned course."""
        return self.detected is not None or self.refractory

    def follow(self) -> None:
        """All visits and a transplant to the end of observation, then the last contact."""
        while (visit := self._soonest()) is not None and visit.day <= self.end:
            if self.planned is not None and self.planned.day < visit.day:
                self._transplant(self.planned)
            else:
                self.today = visit.day
                self.visits = [later for later in self.visits if later.day > visit.day]
                self._attend(visit)
        if self.planned is not None:
            self._transplant(self.planned)
        self._close()

    def _soonest(self) -> Visit | None:
        """The next visit: the one planned, or an earlier one because the child fell ill."""
        planned = self.visits[0] if self.visits else None
        ill = self._falls_ill()
        if ill is None or (planned is not None and planned.day <= ill):
            return planned
        return Visit(ill, marrow=True, reason="disease suspected")

    def _falls_ill(self) -> int | None:
        """The day of illness from overt leukaemia; before day 28 it does not change the plan."""
        if self.diseased:
            return None
        ill = self.world.share >= self.case.parameters.fixed("leukaemia", "presentation_share")
        day = first_day(ill, max(35, self.today))
        return None if day is None else max(day + 2, self.today + 1)

    def _attend(self, visit: Visit) -> None:
        day = visit.day
        if not visit.ward:
            self.notebook.write("follow_up", day=day, status="alive")
        if self.diseased:
            return
        self._blood(visit)
        if visit.marrow:
            self._marrow(day)
        self._routine(day)
        if day >= 28 and not self.decided and not self.diseased:
            self._judge(day)
            self._decide(day + self.case.policy["patience"])

    def _blood(self, visit: Visit) -> None:
        day, case, p = visit.day, self.case, self.case.parameters
        share, percent = float(self.world.share[day]), float(self.world.b_cells[day])
        inpatient = visit.ward and day > 0
        tests = assays.blood_tests if visit.ward else assays.blood_counts
        for test in tests(case.toxicity, share, day, self.samples):
            self.notebook.write("labs", day=day, specimen="blood", **test)
        if self.undetectable < 2:
            self._transgene(day)
        if not inpatient or day >= 6:
            anc = assays.neutrophils(case.toxicity, share, day)
            cells = assays.b_cells(p, percent, anc, day, self.samples)
            self.notebook.report("b_cells", day, p.draw("delay", "b_cells", self.samples), **cells)
            self._judge_b_cells(day, cells)
        if not visit.ward:
            self._immunoglobulin(day, percent)

    def _routine(self, day: int) -> None:
        """What every visit takes beside the tests that follow leukaemia and CAR T cells."""
        lab, notebook = self.laboratory, self.notebook
        write_blood(lab, float(self.world.share[day]), day, notebook)
        if day > last_watched(self.case.toxicity):
            check_up(self.case.parameters, self.case.person, notebook, day, self.charts)
        if day in self.case.parameters.entry("laboratory", "immunoglobulin")["days"]:
            write_immunoglobulin(lab, float(self.world.b_cells[day]), day, notebook)
        if day == 28 and not self.diseased:
            write_next_count(lab, self.world.share, notebook)

    def _transgene(self, day: int) -> None:
        p = self.case.parameters
        result = assays.transgene(p, float(self.world.level[day]), self.samples)
        self.notebook.report("transgene", day, p.draw("delay", "transgene", self.samples), **result)
        self.chart.copies = result["copies_per_ug"]
        if day > 21:  # the rule to stop after two results below the limit begins once expansion is over
            self.undetectable = self.undetectable + 1 if result["below_limit"] else 0

    def _judge_b_cells(self, day: int, cells: Mapping[str, Any]) -> None:
        if cells["percent_of_lymphocytes"] <= 3:
            self.chart.aplasia = True
        elif self.chart.aplasia and day > 28:
            self.chart.b_cells_back = True

    def _immunoglobulin(self, day: int, percent: float) -> None:
        test = assays.immunoglobulin(percent, day, self.samples)
        self.notebook.write("labs", day=day, specimen="blood", **test)
        if test["value"] < assays.REPLACED_BELOW:
            self.notebook.write(
                "treatments", day=day, kind="immunoglobulin", intent="prophylaxis", end_day=day
            )

    def _marrow(self, day: int) -> None:
        p = self.case.parameters
        seen = assays.marrow(p, self.world, day, self.samples)
        self.notebook.report("marrow", day, p.draw("delay", "marrow", self.samples), **seen)
        self._mrd(day)
        overt = seen["blasts"] >= 100 * p.fixed("leukaemia", "relapse_share")
        if day == 28:
            self._judge_response(overt)
        elif overt:
            self._relapse(day)

    def _mrd(self, day: int) -> None:
        """Every method this child is followed with; a worrying result brings the next marrow forward."""
        verified, self.verify, self.chart.mrd_after = self.verify, None, False
        for method in self.case.methods:
            delay = self._mrd_by(method, day, verified)
            if delay is None:
                continue
            self.verify = day if verified is None else None
            self.chart.mrd_after |= delay <= self.case.policy["patience"]
            again = round(self.case.parameters.draw("schedule", "when_suspected", self.samples))
            sooner = Visit(day + max(again, delay + 1), marrow=True, reason="MRD seen")
            self.visits = one_a_day([*self.visits, sooner])

    def _mrd_by(self, method: str, day: int, verified: int | None) -> int | None:
        """One test; the days until it was known, if it found enough to worry the clinic."""
        p = self.case.parameters
        test = assays.mrd(p, method, float(self.world.share[day]), self.samples)
        low, high = p.entry("mrd", method)["delay"]
        delay = int(self.samples.integers(low, high + 1))
        self.notebook.report("mrd", day, delay, series=method, **test, verifies=verified)
        worrying = (test.get("level") or 0.0) >= p.fixed("schedule", "suspicious_mrd")
        return delay if worrying else None

    def _judge_response(self, overt: bool) -> None:
        recovering = assays.neutrophils(self.case.toxicity, 0.0, 28) < 1600
        value = "no response" if overt else "CRi" if recovering else "CR"
        self.notebook.write("assessments", day=28, kind="response", value=value, available_day=28 + 2)
        if overt:
            self.refractory = True
            self._treat_again(28)

    def _relapse(self, day: int) -> None:
        p = self.case.parameters
        reported = day + round(p.draw("delay", "immunophenotype", self.samples))
        site = "marrow" if self.samples.random() < 0.85 else "marrow and extramedullary"
        kind = phenotype(self.world, self.case.biology.leukaemia, day)
        self.notebook.write(
            "relapses",
            day=day,
            site=site,
            immunophenotype_day=reported,
            immunophenotype=kind,
            before_index=False,
        )
        self.detected = day
        self._treat_again(day)

    def _treat_again(self, day: int) -> None:
        """Therapy for leukaemia that is back, and whether it kills."""
        p = self.case.parameters
        self.notebook.write(
            "treatments", day=day + 5, kind="chemotherapy", intent="relapse", end_day=day + 33
        )
        if self.chances.random() < p.fixed("fate", "death_after_relapse"):
            self._dies(day + 1 + round(p.draw("fate", "death_after_relapse_days", self.chances)), "leukaemia")

    def _dies(self, day: int, cause: str) -> None:
        if self.death is None or day < self.death[0]:
            self.death = (day, cause)

    def _judge(self, day: int) -> None:
        """Record what stands for or against a transplant, where the clinic does so of everybody."""
        if self.case.policy.get("judges_everybody", False) and not self.judged:
            self.judged = True
            self._write_judgements(day + 1)

    def _decide(self, day: int) -> None:
        case = self.case
        if day > max(case.policy["last_day"], 40):
            return
        grounds = reasons(self.chart, case.person, case.policy)
        if not grounds:
            return
        against = obstacle(case.person, case.circumstances)
        self.decided = True
        self._write_judgements(day)
        self.notebook.write(
            "decisions",
            day=day,
            decision=DECISION,
            decided="transplant" if against is None else "no transplant",
            reason="; ".join(grounds) if against is None else against,
        )
        if against is None:
            self.planned = draw_transplant(case.parameters, self.chances, day + case.circumstances.wait)

    def _write_judgements(self, day: int) -> None:
        around = self.case.circumstances
        judgements = {
            "HCT eligibility": "eligible" if around.eligible else "not eligible",
            "donor": "available" if around.donor else "not available",
            "HCT wish": "wants" if around.wish else "avoids",
        }
        for kind, value in judgements.items():
            self.notebook.write("assessments", day=day - 1, kind=kind, value=value)

    def _transplant(self, plan: Transplant) -> None:
        """Carry out the planned transplant, unless leukaemia or the end of observation came first."""
        self.planned = None
        if self.diseased or plan.day > self.end:
            return
        self.hct = plan
        self.world = unfold(self.case.biology, plan)
        self.notebook.write(
            "treatments",
            day=plan.day,
            kind="HCT",
            intent="consolidation",
            donor=plan.donor,
            conditioning=plan.conditioning,
            graft="unmanipulated",
            end_day=plan.day,
        )
        self._after_transplant(plan.day)

    def _after_transplant(self, day: int) -> None:
        p = self.case.parameters
        self.visits = one_a_day([*self.visits, *marrows_after(p, day, self.samples)])
        if p.chance("transplant", "acute_gvhd", self.chances):
            self.notebook.write("gvhd", day=day + 25, kind="acute", grade="II", end_day=day + 60)
        after = round(p.draw("transplant", "non_relapse_death_after", self.chances))
        if p.chance("transplant", "non_relapse_death", self.chances):
            self._dies(day + after, "transplant-related")

    def _close(self) -> None:
        """The last contact, which on the day of death has no status of its own."""
        end = self.end
        status: str | None = "lost" if end == self.fate.lost else "alive"
        if self.death is not None and self.death[0] == end:
            self.notebook.write("deaths", day=end, cause_day=end, cause=self.death[1])
            status = None
        contacts = self.notebook.rows.get("follow_up", [])
        self.notebook.rows["follow_up"] = [row for row in contacts if row["day"] < end]
        self.notebook.write("follow_up", day=end, status=status)
        self.notebook.close(end)
