import { keepCapabilities, seedCapabilities } from '../host/capabilities.js';
import { hostBinds, writeHostFiles } from '../host/directories.js';
import type { Host } from '../host/host.js';
import { startInit } from '../host/init.js';
import type { LabNode } from '../host/node.js';
import { CLIENT, nodeMark, SWITCH } from '../names.js';
import { layCables } from '../network/cables.js';
import type { Link } from '../network/link.js';
import { createNamespace } from '../network/namespaces.js';
import type { Nic } from '../network/plan.js';
import type { Shape } from '../network/shape.js';
import { settleAll } from '../settle.js';

/** What is being done, in a person's words. */
export type Progress = (step: string) => void;

export interface LabParts {
  name: string;
  hosts: readonly Host[];
  client: LabNode;
  link: Link;
  nics: readonly Nic[];
}

export interface BuildOptions {
  shape: Shape | undefined;
  signal: AbortSignal | undefined;
  onProgress: Progress | undefined;
}

/** Brings a lab up whose name is claimed. After a failure the caller removes what there is of it. */
export async function buildLab(lab: LabParts, { shape, signal, onProgress }: BuildOptions): Promise<void> {
  const step = (text: string) => {
    signal?.throwIfAborted();
    onProgress?.(text);
  };
  const nodes = [...lab.hosts.map((host) => host.name), CLIENT];

  step('lay the networks');
  await settleAll([...nodes, SWITCH].map((node) => createNamespace(lab.name, nodeMark(lab.name, node), signal)));
  await layCables(lab.name, lab.nics, signal);
  if (shape) await lab.link.shape(shape);

  step('start the hosts');
  const hostsFile = hostsFileText(lab);
  await settleAll(lab.hosts.map((host) => writeFiles(lab.name, host, hostsFile)));
  await settleAll([
    ...lab.hosts.map((host) => startInit(host.mark, hostBinds(lab.name, host.name), signal)),
    startInit(lab.client.mark, [], signal),
  ]);

  step('start libvirtd on each host');
  await settleAll(lab.hosts.map((host) => host.daemon.start()));

  step('wait until the hosts answer');
  await settleAll(lab.hosts.map((host) => awaitAnswer(lab.name, host)));
  signal?.throwIfAborted();
}

/** Nothing that only the first caller would have to wait for is left afterwards: it would spoil the first measurement. */
async function awaitAnswer(lab: string, host: Host): Promise<void> {
  await using connection = await host.connect();
  await connection.getCapabilities();
  await keepCapabilities(lab, host.name);
}

async function writeFiles(lab: string, host: Host, hostsFile: string): Promise<void> {
  await writeHostFiles(lab, host.name, {
    controlAddress: host.address('control'),
    migrationAddress: host.address('migration'),
    hostsFile,
  });
  await seedCapabilities(lab, host.name);
}

/** Names for people and for daemons that look their own host name up. */
function hostsFileText({ name, nics }: LabParts): string {
  const control = nics.filter((nic) => nic.network === 'control');
  const lines = control.map(({ address, node }) => `${address} ${node} ${nodeMark(name, node)}`);
  return ['127.0.0.1 localhost', ...lines, ''].join('\n');
}
