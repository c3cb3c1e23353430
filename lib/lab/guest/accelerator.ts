import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { GuestFiles } from './files.js';
import type { Accelerator } from './options.js';
import { qemuArguments } from './plain/qemu-arguments.js';

const MIB = 1024 ** 2;
const KVM_DEVICE = '/dev/kvm';

/** SeaBIOS under a KVM that emulates all of it takes 3.3 s. */
const TIMEOUT_MS = 15_000;

/** Printed by the guest when memory, clock, timer and network card work: see bare/main.c. */
const GUEST_IS_UP = / up\n/;

/** What the bare guest runs under on this machine. */
export interface AcceleratorProbe {
  accelerator: Accelerator;
  /** Why it is not KVM, or what shows that it is: a sentence for users. */
  reason: string;
}

let probed: Promise<AcceleratorProbe> | undefined;

/**
 * Starts the bare guest under KVM, with the dirty ring on, and says whether it really runs: that the device is there proves little, some
 * nested KVMs accept a guest and never get anywhere. Done once in a process; takes half a second.
 */
export function probeAccelerator(files: GuestFiles): Promise<AcceleratorProbe> {
  probed ??= probe(files);
  return probed;
}

async function probe(files: GuestFiles): Promise<AcceleratorProbe> {
  if (!existsSync(KVM_DEVICE)) return { accelerator: 'tcg', reason: `There is no ${KVM_DEVICE}.` };
  const failure = await tryKvm(files);
  return failure === undefined
    ? { accelerator: 'kvm', reason: 'The bare guest ran under KVM, with the dirty ring on.' }
    : { accelerator: 'tcg', reason: `The bare guest does not run under KVM: ${failure}` };
}

/** Gives what went wrong, or nothing. */
async function tryKvm(files: GuestFiles): Promise<string | undefined> {
  const [command, ...args] = qemuArguments({
    ...{ kind: 'bare', accelerator: 'kvm', id: 1, memoryBytes: 128 * MIB, files, heartbeatHz: 1000 },
    ...{ mac: '52:54:00:00:00:01', address: '10.0.0.2', prefixBits: 24, client: { address: '10.0.0.1', port: 9 } },
    workload: { name: 'steady', setBytes: MIB },
  });
  const qemu = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
  let console = '';
  let complaint = '';
  qemu.stdout.on('data', (data: Buffer) => {
    console += data.toString();
    if (GUEST_IS_UP.test(console)) qemu.kill('SIGKILL');
  });
  qemu.stderr.on('data', (data: Buffer) => {
    complaint += data.toString();
  });
  try {
    await once(qemu, 'close');
  } catch (error) {
    return String(error);
  }
  if (GUEST_IS_UP.test(console)) return undefined;
  return firstComplaint(`${console}\n${complaint}`) ?? `it was not up after ${TIMEOUT_MS} ms.`;
}

/** What the guest or QEMU said first, but for QEMU's remarks on what the processor model lacks here. */
function firstComplaint(said: string): string | undefined {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !/warning:|^(SeaBIOS|iPXE)/.test(line));
  return lines[0]?.trim();
}
