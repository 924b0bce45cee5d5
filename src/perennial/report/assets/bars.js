// Lying bars, first category on top, with its figures written at the end of each.
kinds.bars = (chart) => ({
  grid: { left: 4, right: 4, top: 4, bottom: 8, containLabel: true },
  tooltip: look.tooltip(chart),
  xAxis: {
    type: "value",
    show: false,
    // Room for the text at the end of the longest bar.
    max: (range) => (range.max > 0 ? range.max * 1.9 : 1),
  },
  yAxis: {
    type: "category",
    data: chart.categories,
    inverse: true,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { ...look.text(13), color: look.color("ink"), interval: 0 },
  },
  series: chart.series.map((one) => ({
    type: "bar",
    name: one.name,
    data: one.values,
    barMaxWidth: 20,
    itemStyle: { color: look.color(one.tone), borderRadius: [0, 2, 2, 0] },
    emphasis: { disabled: true },
    label: {
      show: true,
      position: "right",
      ...look.text(12),
      formatter: (bar) => chart.endLabels[bar.dataIndex],
    },
  })),
});
