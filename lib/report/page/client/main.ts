import { Chart } from './chart.js';
import { onThemeChange, readTheme } from './theme.js';

const charts = [...document.querySelectorAll<HTMLElement>('figure.chart')].map((figure) => new Chart(figure));

function drawAll(): void {
  const theme = readTheme();
  for (const chart of charts) chart.draw(theme);
}

onThemeChange(drawAll);
drawAll();
