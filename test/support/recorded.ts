import { collectRun, type Run } from '../../lib/report/index.js';
import { readTrace } from '../../lib/trace/index.js';
import { recorded } from './traces.js';

/** A recorded trace as a report sees it. */
export async function recordedRun(name: string): Promise<Run> {
  return collectRun(name, readTrace(recorded(name)));
}
