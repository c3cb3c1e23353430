import { access, readdir, readFile } from 'node:fs/promises';
import { isMissing } from '../files.js';
import { labDirectory, labOfMark, namespacePath } from '../names.js';
import { listNamespaces } from '../network/namespaces.js';
import { NETWORKS } from '../network/plan.js';
import { listProcesses } from '../processes.js';

/** Looks for everything of a lab that is on the machine now, each as what it is and its name. Empty after a clean end. */
export async function findLeftovers(lab: string): Promise<string[]> {
  const found = await Promise.all([namespaces(lab), processes(lab), mounts(lab), interfaces(), files(lab)]);
  return found.flat();
}

async function namespaces(lab: string): Promise<string[]> {
  return (await listNamespaces(lab)).map((mark) => `namespace ${namespacePath(mark)}`);
}

async function processes(lab: string): Promise<string[]> {
  const all = await listProcesses();
  return all.flatMap((info) => {
    const mark = info.argv.find((argument) => labOfMark(argument) === lab);
    return mark === undefined ? [] : [`process ${info.pid} of ${mark}`];
  });
}

/** In the mount namespaces of all processes: a mount anywhere keeps what it shows. */
async function mounts(lab: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const tables = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/mounts`, 'utf8').catch(() => '')));
  const targets = new Set(tables.flatMap((table) => table.split('\n').map((line) => line.split(' ')[1] ?? '')));
  const directory = labDirectory(lab);
  const isOurs = (target: string) => target === directory || target.startsWith(`${directory}/`);
  return [...targets].filter(isOurs).map((target) => `mount ${target}`);
}

/** A cable's end that fell into this network namespace. */
async function interfaces(): Promise<string[]> {
  const ports = new RegExp(`^([a-z]|client)-(${Object.keys(NETWORKS).join('|')})$`);
  const present = await readdir('/sys/class/net');
  return present.filter((name) => ports.test(name)).map((name) => `interface ${name}`);
}

async function files(lab: string): Promise<string[]> {
  try {
    await access(labDirectory(lab));
    return [`directory ${labDirectory(lab)}`];
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
