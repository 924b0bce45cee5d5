// A dot with its interval per category, first category on top.
kinds.intervals = (chart, width) => ({
  ...look.frame(chart, width),
  xAxis: look.valueAxis(chart, { min: 0 }),
  yAxis: {
    type: "category",
    data: chart.categories,
    inverse: true,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: true, lineStyle: { color: look.color("line") } },
    axisLabel: { ...look.text(13), color: look.color("ink"), interval: 0 },
  },
  series: chart.series.flatMap((one) => [
    ...(one.intervals ? [look.whiskers(one, true)] : []),
    {
      type: "scatter",
      name: one.name,
      data: one.values.flatMap((value, i) => (value === null ? [] : [[value, i]])),
      symbolSize: 11,
      itemStyle: { color: look.color(one.tone), opacity: 1 },
      emphasis: { disabled: true },
      z: 6,
    },
  ]),
});
