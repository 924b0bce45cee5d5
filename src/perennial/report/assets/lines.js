// Lines over categories, with an optional line down where something begins.
kinds.lines = (chart, width) => {
  const ink = look.color("ink");
  const mark = chart.markAt === undefined ? undefined : {
    silent: true,
    symbol: "none",
    data: [{ xAxis: chart.markAt }],
    lineStyle: { color: ink, width: 1, type: "solid" },
    label: { ...look.text(), color: ink, formatter: chart.markLabel, position: "insideEndTop", rotate: 0, align: "left", padding: [0, 0, 0, 6] },
  };
  return {
    ...look.frame(chart, width),
    xAxis: look.categoryAxis(chart, { boundaryGap: false }),
    yAxis: look.valueAxis(chart, chart.unit === "percent" ? { max: 1, interval: 0.25 } : {}),
    series: chart.series.map((one, i) => ({
      type: "line",
      name: one.name,
      data: one.values,
      showSymbol: one.values.length === 1,
      symbol: "circle",
      lineStyle: { width: one.tone === "main" ? 2.2 : 1.6, type: one.dashed ? "dashed" : "solid" },
      color: look.color(one.tone),
      emphasis: { disabled: true },
      markLine: i === 0 ? mark : undefined,
    })),
  };
};
