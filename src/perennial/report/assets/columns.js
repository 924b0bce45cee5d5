// Upright bars by category: side by side, or stacked with losses below zero.
kinds.columns = (chart, width) => {
  const groups = chart.stacked ? 1 : chart.series.length;
  const pale = (value, i) => (i === chart.unfinished ? { value, itemStyle: { opacity: 0.45 } } : value);
  const bars = chart.series.map((one) => ({
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
  // The bars of a group fill 64 % of their category; bar i stands this far from its middle.
  const shift = (i) => ((i - (groups - 1) / 2) * 0.64) / groups;
  const whiskers = chart.series.flatMap((one, i) => (one.intervals ? [look.whiskers(one, false, shift(i))] : []));
  const zero = chart.stacked ? { axisLine: { onZero: true, lineStyle: { color: look.color("muted") } } } : {};
  return {
    ...look.frame(chart, width),
    xAxis: look.categoryAxis(chart, zero),
    yAxis: look.valueAxis(chart),
    series: [...bars, ...whiskers],
  };
};
