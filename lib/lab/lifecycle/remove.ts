import { readFile, rm, rmdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../errors.js';
import { findInits, killInit } from '../host/init.js';
import { labDirectory, labOfMark, stateDirectory } from '../names.js';
import { listNamespaces, namespaceInode, removeName } from '../network/namespaces.js';
import { listProcesses, processEnd, signalProcess } from '../processes.js';
import { runToEnd } from '../run.js';
import { findLeftovers } from './leftovers.js';

const MAX_ROUNDS = 20;
const ROUND_MS = 50;

/**
 * Removes all there is of a lab, whatever state it is in: half started, half removed, or in use.
 *
 * @returns the processes that have ended and that the machine's init may not have reaped yet
 * @throws LabError `ERR_PRECOPY_LAB_BROKEN` when something cannot be removed.
 */
export async function removeLab(lab: string): Promise<number[]> {
  const ended: number[] = [];
  let left: string[] = [];
  // A starter that died a moment ago may have children that still build: look again until nothing is left.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    ended.push(...(await removeOnce(lab)));
    left = await findLeftovers(lab);
    if (left.length === 0) {
      await removeStateDirectory();
      return ended;
    }
    await delay(ROUND_MS);
  }
  throw new LabError('ERR_PRECOPY_LAB_BROKEN', `Of lab ${lab} this cannot be removed: ${left.join(', ')}.`);
}

async function removeOnce(lab: string): Promise<number[]> {
  const ended = await endNodes(lab);
  await endVisitors(lab);
  await unmountBelow(labDirectory(lab));
  await Promise.all((await listNamespaces(lab)).map(removeName));
  await rm(labDirectory(lab), { recursive: true, force: true });
  return ended;
}

async function endNodes(lab: string): Promise<number[]> {
  const marks = [...findInits(await listProcesses()).keys()].filter((mark) => labOfMark(mark) === lab);
  const pids = await Promise.all(marks.map(killInit));
  return pids.filter((pid) => pid !== undefined);
}

/** Ends what is in the lab's network without being in one of its nodes: shells, and commands that were just building it. */
async function endVisitors(lab: string): Promise<void> {
  const inodes = await Promise.all((await listNamespaces(lab)).map(namespaceInode));
  const namespaces = new Set(inodes.map((inode) => `net:[${inode}]`));
  const visitors = (await listProcesses()).filter(
    (info) => info.pid !== process.pid && info.networkNamespace !== undefined && namespaces.has(info.networkNamespace),
  );
  for (const { pid } of visitors) signalProcess(pid, 'SIGKILL');
  await Promise.all(visitors.map(({ pid }) => processEnd(pid)));
}

async function unmountBelow(directory: string): Promise<void> {
  const table = await readFile('/proc/self/mounts', 'utf8');
  const targets = table.split('\n').map((line) => line.split(' ')[1] ?? '');
  // The last mount first: one may cover another.
  for (const target of targets.filter((path) => path.startsWith(`${directory}/`)).reverse()) {
    await runToEnd(['umount', '--lazy', target]);
  }
}

/** The directory of all labs goes with the last of them. */
async function removeStateDirectory(): Promise<void> {
  await rmdir(stateDirectory()).catch(() => {});
}
