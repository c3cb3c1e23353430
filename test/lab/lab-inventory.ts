import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What there is of labs on this machine, looked up by other means than the lab's own. */
export interface Inventory {
  namespaces: string[];
  processes: string[];
  mounts: string[];
  interfaces: string[];
  files: string[];
}

/** Everything whose name holds one of these: lab names, or a state directory. */
export function takeInventory(...needles: string[]): Inventory {
  const isOurs = (text: string) => needles.some((needle) => text.includes(needle));
  return {
    namespaces: listDirectory('/run/netns').filter(isOurs),
    processes: commandLines().filter(isOurs),
    mounts: readFileSync('/proc/mounts', 'utf8').split('\n').filter(isOurs),
    interfaces: execFileSync('ip', ['-brief', 'link'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => /-(migration|control|storage|guest)@/.test(line)),
    files: ['/run/precopy', ...needles]
      .flatMap((path) => listDirectory(path).map((name) => `${path}/${name}`))
      .filter(isOurs),
  };
}

export const NOTHING: Inventory = { namespaces: [], processes: [], mounts: [], interfaces: [], files: [] };

function listDirectory(path: string): string[] {
  return path.startsWith('/') && existsSync(path) ? readdirSync(path) : [];
}

/** Of everything but this process and what started it: their arguments may hold the name, too. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((line) => !line.includes('.test.js'));
}
