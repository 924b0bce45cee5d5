"use strict";
// Numbers on axes and in tooltips, by the rules the page brings along (the same as in its text).
const report = JSON.parse(document.getElementById("report-data").textContent);

const format = (() => {
  const rules = report.numbers;
  const fixed = (x, digits) =>
    new Intl.NumberFormat(rules.locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(x);
  const compact = new Intl.NumberFormat(rules.locale, { notation: "compact", maximumFractionDigits: 1 });
  const signed = (x, write) => (x < 0 ? "\u2212" : "") + write(Math.abs(x));
  const decimals = (x) => (x >= 100 || x === 0 ? 0 : x >= 10 ? 1 : x >= 1 ? 2 : 3);

  const writers = {
    count: (x) => fixed(x, 0),
    money: (x) => rules.symbol + fixed(x, x >= 100 || x === 0 ? 0 : rules.digits),
    percent: (x) => fixed(x * 100, x > 0 && x < 0.0995 ? 1 : 0) + rules.percent,
    decimal: (x) => fixed(x, decimals(x)),
  };
  const axisWriters = {
    count: (x) => (x >= 10000 ? compact.format(x) : fixed(x, Number.isInteger(x) ? 0 : 1)),
    money: (x) => rules.symbol + compact.format(x),
    percent: (x) => fixed(x * 100, 0) + rules.percent,
    decimal: (x) => String(+x.toPrecision(6)),
  };
  return {
    value: (unit, x) => (x === null || x === undefined ? "\u2013" : signed(x, writers[unit])),
    axis: (unit, x) => signed(x, axisWriters[unit]),
  };
})();
