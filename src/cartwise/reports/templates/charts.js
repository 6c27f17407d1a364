"use strict";
for (const holder of document.querySelectorAll(".chart")) {
  const name = holder.id.replace("chart-", "");
  const content = JSON.parse(document.getElementById("data-" + name).textContent);
  Plotly.newPlot(holder, content.data, content.layout, content.config);
}
for (const button of document.querySelectorAll("button[data-chart]")) {
  button.addEventListener("click", () => {
    const { chart, first, last } = button.dataset;
    const span = first === undefined
      ? { "xaxis.autorange": true }
      : { "xaxis.range": [Number(first), Number(last)] };
    Plotly.relayout("chart-" + chart, span);
  });
}
