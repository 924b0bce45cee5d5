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

  const ruler = document.createElement("canvas").getContext("2d");
  function widthOf(words, size = 12) {
    ruler.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
    return ruler.measureText(words).width;
  }
  const widest = (texts, size) => Math.max(...texts.map((words) => widthOf(words, size)));

  // Value title on the left, legend on the right of the same line, or below it in as many lines as it needs.
  function frame(chart, width) {
    const names = chart.series.map((series) => series.name);
    const legend = names.length > 1;
    const item = { width: chart.kind === "lines" ? 18 : 12, gap: 14 };
    const lengths = names.map((name) => item.width + 6 + widthOf(name) + item.gap);
    const beside = lengths.reduce((a, b) => a + b, 0) + widthOf(chart.valueTitle) + 12 < width;
    const lines = legend && !beside ? linesOf(lengths, width) : 0;
    return {
      title: { text: chart.valueTitle, left: 0, top: 0, padding: 0, textStyle: { ...text(), fontWeight: "normal" } },
      legend: {
        show: legend,
        data: names,
        top: beside ? 0 : 22,
        ...(beside ? { right: 0 } : { left: 0 }),
        padding: 0,
        itemGap: item.gap,
        itemWidth: item.width,
        itemHeight: chart.kind === "lines" ? 3 : 9,
        icon: chart.kind === "intervals" ? "circle" : "roundRect",
        textStyle: text(),
        selectedMode: false,
      },
      grid: {
        // Labels under a line's ends are as wide as the others and need half of it beside the plot.
        left: Math.max(edge(chart, width) - 24, 2),
        right: Math.max(edge(chart, width), 12),
        top: 32 + lines * 22 + (chart.markLabel ? 12 : 0),
        bottom: chart.dated ? 4 : 26,
        containLabel: true,
      },
      tooltip: tooltip(chart),
    };
  }

  function linesOf(lengths, width) {
    let lines = 1;
    let used = 0;
    for (const length of lengths) {
      if (used + length > width) {
        lines += 1;
        used = 0;
      }
      used += length;
    }
    return lines;
  }

  // How far the first and last label of the category axis may stand out beside the plot.
  function edge(chart, width) {
    if (chart.kind === "lines") return widest(chart.categories) / 2 + 2;
    if (chart.dated) return 20;
    if (chart.kind !== "columns") return 0;
    const slot = Math.max(width - 60, 0) / chart.categories.length;
    return Math.max((widest(chart.categories) - slot) / 2 + 4, 0);
  }

  function categoryAxis(chart, extra = {}) {
    return {
      type: "category",
      data: chart.categories,
      name: chart.dated ? "" : chart.categoryTitle,
      nameLocation: "middle",
      nameGap: 30,
      nameTextStyle: text(),
      axisLabel: {
        ...text(),
        hideOverlap: true,
        interval: chart.labelEvery ? chart.labelEvery - 1 : "auto",
      },
      axisLine: { lineStyle: { color: color("line") } },
      axisTick: { show: false },
      ...extra,
    };
  }

  function valueAxis(chart, extra = {}) {
    return {
      type: "value",
      axisLabel: { ...text(), formatter: (x) => format.axis(chart.unit, chart.stacked ? Math.abs(x) : x) },
      splitLine: { lineStyle: { color: color("line") } },
      splitNumber: 4,
      minInterval: chart.unit === "count" ? 1 : 0,
      ...extra,
    };
  }

  // One line per series: name, value and interval. Elements, not HTML strings: a name may hold any character.
  function tooltip(chart) {
    const across = chart.kind === "bars" || chart.kind === "intervals";
    return {
      trigger: "axis",
      axisPointer: {
        type: chart.kind === "lines" ? "line" : "shadow",
        axis: across ? "y" : "x",
        shadowStyle: { color: color("line"), opacity: 0.35 },
      },
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
      if (series.values[index] === null || series.values[index] === undefined) continue;
      const line = document.createElement("div");
      const dot = document.createElement("span");
      dot.style.cssText = "display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:6px";
      dot.style.background = color(series.tone);
      const words = valueText(chart, series, index);
      line.append(dot, chart.series.length > 1 ? `${series.name}: ${words}` : words);
      box.append(line);
    }
    return box;
  }

  function valueText(chart, series, index) {
    if (chart.endLabels) return chart.endLabels[index];
    const write = (x) => format.value(chart.unit, chart.stacked ? Math.abs(x) : x);
    const range = series.intervals && series.intervals[index];
    return write(series.values[index]) + (range ? ` (${range.map(write).join(" \u2013 ")})` : "");
  }

  // The intervals of a series, drawn over its bars or dots. `shift` moves them along the categories, in shares of one.
  function whiskers(series, across, shift = 0) {
    const arm = 4;
    const drawn = series.intervals.flatMap((range, i) => (range && series.values[i] !== null ? [[i, ...range]] : []));
    return {
      type: "custom",
      name: `${series.name}-interval`,
      silent: true,
      z: 5,
      tooltip: { show: false },
      data: drawn,
      encode: across ? { y: 0, x: [1, 2] } : { x: 0, y: [1, 2] },
      renderItem: (params, api) => {
        const offset = across ? 0 : api.size([1, 0])[0] * shift;
        const at = (value) => {
          const [x, y] = api.coord(across ? [value, api.value(0)] : [api.value(0), value]);
          return [x + offset, y];
        };
        const line = ([x1, y1], [x2, y2]) => ({
          type: "line",
          shape: { x1, y1, x2, y2 },
          style: { stroke: color("ink"), lineWidth: 1.2 },
        });
        const cap = ([x, y]) => (across ? line([x, y - arm], [x, y + arm]) : line([x - arm, y], [x + arm, y]));
        const [low, high] = [at(api.value(1)), at(api.value(2))];
        return { type: "group", children: [line(low, high), cap(low), cap(high)] };
      },
    };
  }

  return { color, text, widest, frame, categoryAxis, valueAxis, tooltip, whiskers };
})();

// kind -> (chart, width in pixels) -> ECharts option; filled by the files that follow.
const kinds = {};
