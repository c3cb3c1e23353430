import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A libvirtd of our own, in namespaces of its own, that touches nothing of the machine's. */
export interface PrivateLibvirtd extends AsyncDisposable {
  readonly socketPath: string;
  /** The daemon's own process, as this one sees it. */
  readonly daemonPid: number;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Why there can be none here; undefined if there can. */
export function libvirtdObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  if (!existsSync('/usr/sbin/libvirtd')) return 'needs libvirtd';
  return undefined;
}

const SCRIPT = `
for name in run lib cache log; do
  case $name in run) target=/run/libvirt ;; *) target=/var/$name/libvirt ;; esac
  mkdir -p $target && mount --bind "$1/$name" $target || exit 1
done
mkdir -p /etc/libvirt && mount --bind "$1/etc" /etc/libvirt || exit 1
# The shell stays as the namespace's init: somebody has to reap the QEMUs that libvirtd looks at.
libvirtd --config "$1/libvirtd.conf" --pid-file "$1/pid" &
wait $!
`;

export async function startLibvirtd(): Promise<PrivateLibvirtd> {
  const folder = mkdtempSync(join(tmpdir(), 'precopy-libvirtd-'));
  for (const name of ['run', 'lib', 'cache', 'log', 'etc']) mkdirSync(join(folder, name));
  const config = [`unix_sock_dir = "${folder}/run"`, 'auth_unix_rw = "none"', 'auth_unix_ro = "none"'];
  writeFileSync(join(folder, 'libvirtd.conf'), `${config.join('\n')}\n`);
  // With this process, however it ends, goes unshare, and with unshare all that is in its namespaces.
  const unshare = 'unshare --mount --net --pid --fork --kill-child --mount-proc'.split(' ');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...unshare, 'sh', '-c', SCRIPT, 'sh', folder], {
    stdio: 'ignore',
    // Without LD_PRELOAD: the sanitizer that this process may run under is for the addon.
    env: { PATH: process.env.PATH },
  });
  const ended = once(child, 'exit');
  const socketPath = join(folder, 'run', 'libvirt-sock');
  const stop = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !existsSync(socketPath); tries++) {
    if (child.exitCode !== null || tries > 200) {
      await stop();
      throw new Error('the private libvirtd did not start');
    }
    await sleep(50);
  }
  const daemonPid = childOf(childOf(child.pid ?? 0));
  return { socketPath, daemonPid, stop, [Symbol.asyncDispose]: () => stop() };
}

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}
