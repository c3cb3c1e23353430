import type { Sides } from '../connect.js';
import { sleep } from '../sampler.js';
import { isUnderWay, type Row } from './row.js';
import { sightOf } from './sight.js';
import { judge } from './table.js';

/** How a job that nobody here has called for came to its end. */
export interface Ending {
  readonly row: Row;
  /** False where there was no job to follow any more. */
  readonly wasUnderWay: boolean;
}

/**
 * Follows a migration from outside, by what both hosts show, until it is over: one that another process has started, or one whose call was
 * lost with its connection.
 *
 * @param over - aborts when nobody waits for the end any more
 */
export async function followJob(
  sides: Sides,
  uuid: string,
  { callMs, intervalMs }: { callMs: number; intervalMs: number },
  over: AbortSignal,
): Promise<Ending> {
  const look = async (): Promise<Row> => {
    const destination = await sightOf(sides.destination, uuid, callMs);
    const source = await sightOf(sides.source, uuid, callMs);
    return judge({ source, destination, destinationRan: false });
  };
  let row = await look();
  const wasUnderWay = isUnderWay(row);
  while (isUnderWay(row) && !over.aborted) {
    await sleep(intervalMs, over);
    row = await look();
  }
  return { row, wasUnderWay };
}
