// Draws the charts, and again when theme, width or paper change; marks the section in view.
(() => {
  const root = document.documentElement;
  const drawn = new Map();
  const state = root.dataset;

  function fail(plot, error) {
    plot.classList.add("failed");
    plot.textContent = report.text.failed;
    const numbers = plot.parentElement.querySelector("details.numbers");
    if (numbers) numbers.open = true;
    console.error(`chart ${plot.id}:`, error);
  }

  function draw(id, chart) {
    const plot = document.getElementById(id);
    if (plot.classList.contains("failed")) return;
    try {
      const instance = drawn.get(id) || echarts.init(plot, null, { renderer: "svg" });
      drawn.set(id, instance);
      instance.setOption({ animation: false, textStyle: look.text(), ...kinds[chart.kind](chart, instance.getWidth()) }, true);
    } catch (error) {
      if (drawn.has(id)) drawn.get(id).dispose();
      drawn.delete(id);
      fail(plot, error);
    }
  }

  function drawAll() {
    const charts = Object.entries(report.charts);
    for (const [id, chart] of charts) draw(id, chart);
    state.chartsTotal = charts.length;
    state.chartsFailed = charts.length - drawn.size;
    state.chartsDrawn = drawn.size;
  }

  function resizeAll(size) {
    for (const instance of drawn.values()) instance.resize(size);
  }

  // Paper is light and an A4 column wide. The print style sheet does not apply yet when the browser calls, so the
  // theme is set by hand and given back after.
  function forPaper(on) {
    if (on) {
      state.screenTheme = state.theme || "";
      state.theme = "light";
    } else {
      if (state.screenTheme) state.theme = state.screenTheme;
      else delete state.theme;
      delete state.screenTheme;
    }
    resizeAll(on ? { width: 690 } : undefined);
    drawAll();
  }

  function followTheme() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const button = document.getElementById("theme");
    button.hidden = false;
    button.addEventListener("click", () => {
      const now = state.theme || (dark.matches ? "dark" : "light");
      state.theme = now === "dark" ? "light" : "dark";
      drawAll();
    });
    dark.addEventListener("change", drawAll);
  }

  function followPrint() {
    const button = document.getElementById("print");
    button.hidden = false;
    button.addEventListener("click", () => print());
    addEventListener("beforeprint", () => forPaper(true));
    addEventListener("afterprint", () => forPaper(false));
  }

  function followScroll() {
    const links = new Map([...document.querySelectorAll("nav a")].map((a) => [a.hash.slice(1), a]));
    const mark = () => {
      let current = null;
      for (const section of document.querySelectorAll("section")) {
        if (section.getBoundingClientRect().top < innerHeight / 3) current = section.id;
      }
      for (const [id, link] of links) {
        if (id === current) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    };
    addEventListener("scroll", mark, { passive: true });
    mark();
  }

  let waiting = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => {
      resizeAll();
      drawAll();
    });
  });
  followTheme();
  followPrint();
  followScroll();
  drawAll();
})();
