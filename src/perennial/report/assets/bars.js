// Lying bars, first category on top, with its figures written at the end of each.
kinds.bars = (chart, width) => {
  // The longest bar leaves room for the text at its end, whatever the width.
  const room = Math.max(width - look.widest(chart.categories, 13) - 8, 60);
  const stretch = room / Math.max(room - look.widest(chart.endLabels) - 12, room * 0.2);
  const tone = (one, i) => look.color(i === chart.accent ? "loss" : one.tone);
  return {
    grid: { left: 0, right: 0, top: 0, bottom: 0, containLabel: true },
    tooltip: look.tooltip(chart),
    xAxis: { type: "value", show: false, max: (range) => (range.max > 0 ? range.max * stretch : 1) },
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
      data: one.values.map((value, i) => ({ value, itemStyle: { color: tone(one, i) } })),
      barMaxWidth: 20,
      itemStyle: { borderRadius: [0, 2, 2, 0] },
      emphasis: { disabled: true },
      label: { show: true, position: "right", ...look.text(12), formatter: (bar) => chart.endLabels[bar.dataIndex] },
    })),
  };
};
