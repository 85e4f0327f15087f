// Mounts the charts of a page:
//
//   <figure class="chart" data-chart="ID">
//     <figcaption>What the chart shows, in a sentence.</figcaption>
//     <div class="chart-canvas"></div>
//   </figure>
//   <script type="application/json" id="ID">{ an ECharts option }</script>
//
// A figure may name a second option, for reading across a room, that is drawn
// where there is room for it: data-chart-wide="ID2".
//
// Without this script or without ECharts the caption and the table beside the
// chart still say everything.
(() => {
  'use strict';

  const root = document.documentElement;
  const printWidth = 640; // pixels: what A4 and Letter hold beside their margins
  const mounted = new Map(); // figure → { canvas, chart, source }
  let printing = false;

  // Names, dates and numbers as the pages write them. A week is its Monday, a
  // calendar date, so it is read and shown in UTC wherever the browser stands.
  const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
  const longDate = (time) => {
    const date = new Date(Number(time ?? NaN));
    return Number.isNaN(date.getTime()) ? '' : `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
  };
  const shortDate = (time) => longDate(time).replace(/^(\d+ \w{3})\w*$/, '$1');
  const number = (value) =>
    typeof value === 'number' && Number.isFinite(value) ? String(Math.round(value * 10) / 10) : '–';

  // What an option may name with "$fn:". Text from people never becomes code:
  // another name is dropped.
  const functions = {
    week: (time) => shortDate(time),
    tip: (params) => {
      const points = [params].flat();
      const pair = (point) => (Array.isArray(point.value) ? point.value : [point.axisValue, point.value]);
      const at = points.length > 0 ? pair(points[0])[0] : null;
      const numbered = points[0] && points[0].axisType !== 'xAxis.time'; // by the number of the week
      const week = numbered ? `Week ${at}` : longDate(at) && `Week of ${longDate(at)}`;
      const lines = points
        // ECharts calls a series without a name "series", a NUL and a number.
        .filter((point) => point.seriesName && !point.seriesName.includes('\0'))
        .map((point) => `${point.seriesName}: ${number(pair(point)[1])}`);
      return (week ? [week, ...lines] : lines).join('\n');
    },
  };

  // A custom property as the style sheet means it now. Colours go through a
  // probe, because var(), light-dark() and the like mean nothing inside an SVG
  // that ECharts draws.
  function customProperty(name) {
    const value = getComputedStyle(root).getPropertyValue(name).trim();
    if (value === '' || !CSS.supports('color', value)) return value || null;
    const probe = root.appendChild(document.createElement('span'));
    probe.style.color = `var(${name})`;
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }

  // Only where a position is meant, so that a date in a title stays as written.
  const isPosition = (key) => /^(\d+|xAxis|yAxis|min|max|value)$/.test(key);

  function revive(key, value) {
    if (typeof value !== 'string') return value;
    if (value.startsWith('$css:')) return customProperty(value.slice(5));
    if (value.startsWith('$fn:')) {
      const name = value.slice(4);
      return Object.hasOwn(functions, name) ? functions[name] : null;
    }
    // ECharts reads a bare date as local time, one day off west of Greenwich.
    if (isPosition(key) && /^\d{4}-\d{2}-\d{2}$/.test(value)) return Date.parse(value);
    return value;
  }

  function readOption(source) {
    const option = JSON.parse(source, revive);
    const base = option.baseOption ?? option; // an option with "media" has both
    base.animation = false;
    base.useUTC = true;
    // The default tooltip is HTML with style attributes, which the policy forbids.
    for (const tooltip of [base.tooltip].flat()) {
      if (tooltip) Object.assign(tooltip, { renderMode: 'richText', confine: true });
    }
    return option;
  }

  const wideEnough = 560; // pixels
  const isWide = ({ figure, chart }) => 'chartWide' in figure.dataset && !printing && chart.getWidth() >= wideEnough;

  function draw(entry) {
    entry.wide = isWide(entry);
    const source = entry.wide ? document.getElementById(entry.figure.dataset.chartWide).textContent : entry.source;
    entry.chart.setOption(readOption(source), { notMerge: true });
  }

  const sizes = new ResizeObserver((entries) => {
    if (printing) return;
    for (const { target } of entries) {
      const entry = mounted.get(target.closest('figure'));
      if (!entry || (entry.chart.getWidth() === target.clientWidth && entry.chart.getHeight() === target.clientHeight)) continue;
      entry.chart.resize();
      if (isWide(entry) !== entry.wide) attempt(draw, entry);
    }
  });

  function unmount(figure, { canvas, chart }) {
    sizes.unobserve(canvas);
    chart.dispose();
    mounted.delete(figure);
  }

  function mount(figure) {
    const source = document.getElementById(figure.dataset.chart)?.textContent;
    if (!source) return;
    let canvas = figure.querySelector('.chart-canvas');
    if (!canvas) {
      canvas = document.createElement('div');
      canvas.className = 'chart-canvas';
      figure.append(canvas);
    }
    // To a screen reader the drawing is one picture, named by its caption.
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', figure.querySelector('figcaption')?.textContent.trim().replace(/\s+/g, ' ') || 'Chart');
    const entry = { figure, canvas, source, chart: echarts.init(canvas, null, { renderer: 'svg' }) };
    mounted.set(figure, entry);
    draw(entry);
    sizes.observe(canvas);
  }

  // One broken chart must not take the others with it.
  function attempt(action, ...args) {
    try {
      action(...args);
    } catch (error) {
      console.error('chart:', error);
    }
  }

  function scan() {
    if (!window.echarts) return;
    for (const [figure, entry] of mounted) {
      const current = document.getElementById(figure.dataset.chart)?.textContent;
      // A swap may take the figure, its data, or only what was drawn in it.
      const stands = entry.canvas.isConnected && entry.canvas.firstChild && current === entry.source;
      if (!stands) attempt(unmount, figure, entry);
    }
    for (const figure of document.querySelectorAll('figure.chart[data-chart]')) {
      if (!mounted.has(figure)) attempt(mount, figure);
    }
  }

  // Paper has its own width and is always light. The next animation frame would
  // come too late for it, hence the flush.
  function print(on) {
    printing = on;
    root.classList.toggle('printing', on);
    for (const entry of mounted.values()) {
      attempt(() => {
        draw(entry);
        entry.chart.resize({ width: on ? printWidth : 'auto' });
        entry.chart.getZr().flush();
      });
    }
  }

  document.addEventListener('htmx:after:swap', scan);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const entry of mounted.values()) attempt(draw, entry);
  });
  window.addEventListener('beforeprint', () => print(true));
  window.addEventListener('afterprint', () => print(false));
  scan();
})();
