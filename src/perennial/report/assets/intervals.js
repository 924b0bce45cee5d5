// A dot with its interval per category, first category on top.
kinds.intervals = (chart) => {
  const series = [];
  for (const one of chart.series) {
    if (one.intervals) series.push(look.whiskers(one, true, `${one.name}-interval`));
    series.push({
      type: "scatter",
      name: one.name,
      data: one.values.map((value, i) => [value === null ? NaN : value, i]),
      symbolSize: 11,
      itemStyle: { color: look.color(one.tone), opacity: 1 },
      emphasis: { disabled: true },
      z: 6,
    });
  }
  return {
    grid: { left: 4, right: 24, top: 34, bottom: 36, containLabel: true },
    legend: { ...look.legend(chart), icon: "circle", itemWidth: 10, itemHeight: 10 },
    tooltip: { ...look.tooltip(chart), trigger: "axis", axisPointer: { type: "shadow", axis: "y" } },
    xAxis: look.valueAxis(chart, { nameLocation: "middle", nameGap: 26, nameTextStyle: look.text(), scale: true, min: 0 }),
    yAxis: {
      type: "category",
      data: chart.categories,
      inverse: true,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: true, lineStyle: { color: look.color("line") } },
      axisLabel: { ...look.text(13), color: look.color("ink"), interval: 0 },
    },
    series,
  };
};
