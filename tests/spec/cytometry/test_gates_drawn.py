"""Gates of FlowJo and GatingML where the extra that reads them is not installed."""

import sys

import pytest

from cartwise.basis import UserError
from cartwise.cytometry.flowjo import flowjo_populations, gatingml_populations


@pytest.mark.parametrize("read", [flowjo_populations, gatingml_populations])
def test_the_message_names_the_extra(read, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "flowkit", None)
    with pytest.raises(UserError, match=r"pip install cartwise\[flowjo\]"):
        read(tmp_path / "gates.xml", tmp_path / "sample.fcs")
