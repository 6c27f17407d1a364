"""From a factor on a patient's page to what the evidence says of it."""

from __future__ import annotations

import re
from urllib.parse import unquote

from cartwise.reports import write_report
from tests.drawing import study_of


def test_each_factor_on_a_patients_page_links_to_its_page_of_evidence(tmp_path) -> None:
    study = study_of(infusions="patient_id | day\nP | 0")
    write_report(study, tmp_path)
    page = (tmp_path / "patients" / "P.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(\.\./evidence/[^"]+)"', page)
    assert len(links) > 10
    assert all((tmp_path / "patients" / unquote(link)).resolve().exists() for link in links)
