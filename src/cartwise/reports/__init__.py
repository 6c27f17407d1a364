"""Documents and figures drawn from results and advice."""

from cartwise.reports.backtest_page import write_backtest
from cartwise.reports.charts import Chart, chart_config
from cartwise.reports.cytometry_report import write_cytometry_report
from cartwise.reports.figures import svg
from cartwise.reports.report import write_report
from cartwise.reports.result_files import write_result
from cartwise.reports.sharing import shared
from cartwise.reports.timeline import timeline

__all__ = [
    "Chart",
    "chart_config",
    "shared",
    "svg",
    "timeline",
    "write_backtest",
    "write_cytometry_report",
    "write_report",
    "write_result",
]
