// Lines over categories, with an optional line down where something begins.
kinds.lines = (chart) => ({
  grid: { left: 8, right: 18, top: 44, bottom: 40, containLabel: true },
  legend: { ...look.legend(chart), icon: undefined, itemWidth: 20 },
  tooltip: look.tooltip(chart),
  xAxis: look.categoryAxis(chart, { boundaryGap: false }),
  yAxis: look.valueAxis(chart, chart.unit === "percent" ? { max: 1 } : {}),
  series: chart.series.map((one, i) => ({
    type: "line",
    name: one.name,
    data: one.values,
    showSymbol: one.values.length === 1,
    symbol: "circle",
    lineStyle: { width: one.tone === "main" ? 2.2 : 1.6, type: one.dashed ? "dashed" : "solid" },
    color: look.color(one.tone),
    emphasis: { disabled: true },
    markLine:
      i === 0 && chart.markAt !== undefined
        ? {
            silent: true,
            symbol: "none",
            data: [{ xAxis: chart.markAt }],
            lineStyle: { color: look.color("ink"), width: 1, type: "solid" },
            label: { ...look.text(), color: look.color("ink"), formatter: chart.markLabel, position: "insideEndTop", rotate: 0, align: "left", padding: [0, 0, 0, 6] },
          }
        : undefined,
  })),
});
