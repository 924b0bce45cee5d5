// Upright bars by category: side by side, or stacked with losses below zero.
kinds.columns = (chart) => {
  const groups = chart.stacked ? 1 : chart.series.length;
  const pale = (value, index) =>
    index === chart.unfinished ? { value, itemStyle: { opacity: 0.45 } } : value;
  const series = chart.series.map((one) => ({
    type: "bar",
    name: one.name,
    data: one.values.map(pale),
    stack: chart.stacked ? "all" : undefined,
    barMaxWidth: chart.stacked ? 36 : 44,
    barGap: "12%",
    barCategoryGap: groups > 1 ? "36%" : "24%",
    itemStyle: { color: look.color(one.tone), borderRadius: chart.stacked ? 0 : [2, 2, 0, 0] },
    emphasis: { disabled: true },
  }));
  chart.series.forEach((one, i) => {
    if (!one.intervals) return;
    // Where bar i of its group stands, as a share of the category's width: bars fill 64 % of it.
    const width = 0.64 / groups;
    series.push(look.whiskers({ ...one, offset: (i - (groups - 1) / 2) * width }, false, `${one.name}-interval`));
  });
  return {
    grid: { left: 8, right: 8, top: 44, bottom: 40, containLabel: true },
    legend: look.legend(chart),
    tooltip: look.tooltip(chart),
    xAxis: look.categoryAxis(chart, chart.stacked ? { axisLine: { onZero: true, lineStyle: { color: look.color("muted") } }, axisLabel: { ...look.text(), hideOverlap: true } } : {}),
    yAxis: look.valueAxis(chart, chart.stacked ? { axisLabel: { ...look.text(), formatter: (x) => format.axis(chart.unit, Math.abs(x)) } } : {}),
    series,
  };
};
