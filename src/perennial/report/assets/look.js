// What all charts share: colours from the style sheet, axes, tooltips built from text (never from markup).
const look = (() => {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);

  function color(name) {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  }

  function text(size = 12) {
    return { color: color("muted"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: size };
  }

  function categoryAxis(chart, extra = {}) {
    return {
      type: "category",
      data: chart.categories,
      name: chart.categoryTitle,
      nameLocation: "middle",
      nameGap: 30,
      nameTextStyle: text(),
      axisLabel: { ...text(), hideOverlap: true },
      axisLine: { lineStyle: { color: color("line") } },
      axisTick: { show: false },
      ...extra,
    };
  }

  function valueAxis(chart, extra = {}) {
    return {
      type: "value",
      name: chart.valueTitle,
      nameLocation: "end",
      nameGap: 14,
      nameTextStyle: { ...text(), align: "left", padding: [0, 0, 0, -36] },
      axisLabel: { ...text(), formatter: (x) => format.axis(chart.unit, x) },
      splitLine: { lineStyle: { color: color("line") } },
      splitNumber: 4,
      minInterval: chart.unit === "count" ? 1 : 0,
      ...extra,
    };
  }

  function legend(chart) {
    return {
      show: chart.series.length > 1,
      data: chart.series.map((series) => series.name),
      top: 0,
      right: 0,
      itemWidth: 14,
      itemHeight: 8,
      icon: "roundRect",
      textStyle: text(),
      inactiveColor: color("line"),
    };
  }

  // One line per series: name, value and interval. Elements, not HTML strings: a name may hold any character.
  function tooltip(chart) {
    return {
      trigger: "axis",
      axisPointer: { type: chart.kind === "lines" ? "line" : "shadow", shadowStyle: { color: color("line"), opacity: 0.35 } },
      confine: true,
      backgroundColor: color("paper"),
      borderColor: color("line"),
      textStyle: { ...text(13), color: color("ink") },
      formatter: (hovered) => tooltipElement(chart, hovered[0].dataIndex),
    };
  }

  function tooltipElement(chart, index) {
    const box = document.createElement("div");
    const title = document.createElement("b");
    title.textContent = chart.categories[index];
    box.append(title);
    for (const series of chart.series) {
      const value = series.values[index];
      if (value === null || value === undefined) continue;
      const line = document.createElement("div");
      const dot = document.createElement("span");
      dot.style.cssText = `display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:6px;background:${color(series.tone)}`;
      const range = series.intervals && series.intervals[index];
      const spread = range ? ` (${range.map((x) => format.value(chart.unit, x)).join(" \u2013 ")})` : "";
      const label = chart.endLabels ? chart.endLabels[index] : format.value(chart.unit, Math.abs(value)) + spread;
      const shown = !chart.endLabels && !chart.stacked ? format.value(chart.unit, value) + spread : label;
      line.append(dot, chart.series.length > 1 ? `${series.name}: ${shown}` : shown);
      box.append(line);
    }
    return box;
  }

  // Whiskers of a series with intervals, drawn over its bars or dots.
  function whiskers(series, horizontal, name) {
    const arm = 4;
    return {
      type: "custom",
      name,
      silent: true,
      z: 5,
      tooltip: { show: false },
      data: series.intervals.map((range, i) => (range && series.values[i] !== null ? [i, range[0], range[1]] : [i, NaN, NaN])),
      encode: horizontal ? { y: 0, x: [1, 2] } : { x: 0, y: [1, 2] },
      renderItem: (params, api) => {
        const at = (value) => api.coord(horizontal ? [value, api.value(0)] : [api.value(0), value]);
        const low = at(api.value(1));
        const high = at(api.value(2));
        if (![...low, ...high].every(Number.isFinite)) return null;
        const offset = horizontal ? 0 : api.size([1, 0])[0] * (series.offset || 0);
        const shift = ([x, y]) => [x + offset, y];
        const line = (a, b) => ({ type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke: color("ink"), lineWidth: 1.2 } });
        const [l, h] = [shift(low), shift(high)];
        const cap = ([x, y]) => (horizontal ? line([x, y - arm], [x, y + arm]) : line([x - arm, y], [x + arm, y]));
        return { type: "group", children: [line(l, h), cap(l), cap(h)] };
      },
    };
  }

  return { color, text, categoryAxis, valueAxis, legend, tooltip, whiskers };
})();

// kind -> (chart) -> ECharts option; filled by the files that follow.
const kinds = {};
