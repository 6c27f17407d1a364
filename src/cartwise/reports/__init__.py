"""Documents and figures drawn from results and advice."""

from cartwise.reports.backtest_page import write_backtest
from cartwise.reports.charts import Chart, chart_config
from cartwise.reports.cytometry_barcodes import write_separation
from cartwise.reports.cytometry_report import write_cytometry_report
from cartwise.reports.figures import svg
from cartwise.reports.figures.cell_map import write_cell_map
from cartwise.reports.report import write_report
from cartwise.reports.result_files import formats_asked, write_result
from cartwise.reports.sharing import shared
from cartwise.reports.sharing_across import Together, shared_alone, shared_together
from cartwise.reports.timeline import timeline

__all__ = [
    "Chart",
    "Together",
    "chart_config",
    "formats_asked",
    "shared",
    "shared_alone",
    "shared_together",
    "svg",
    "timeline",
    "write_backtest",
    "write_cell_map",
    "write_cytometry_report",
    "write_report",
    "write_result",
    "write_separation",
]
