import type { Summary } from '../summary.js';
export function page(summary: Summary): string { return JSON.stringify(summary); }
