/** A trace as a page, as text or as figures. */
export type { Budgeted, ReportFigures } from './figures.js';
export { figuresOf } from './figures.js';
export type { ForecastRow } from './forecast.js';
export { isPage as isReport } from './page/shell.js';
export { type ReportOptions, renderReport } from './render.js';
export { collectRun, type Run, readRun } from './run.js';
export { reportText } from './text.js';
