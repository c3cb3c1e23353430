import { nodeMark, SWITCH } from '../names.js';
import { run } from '../run.js';
import { GUEST_BRIDGE, NETWORKS, type Nic } from './plan.js';

/** Lays all cables of a lab, each created at once inside the two namespaces it joins. */
export async function layCables(lab: string, nics: readonly Nic[], signal?: AbortSignal): Promise<void> {
  await configure(
    nodeMark(lab, SWITCH),
    [...Object.keys(NETWORKS).flatMap(bridgeLines), ...nics.flatMap((nic) => portLines(lab, nic))],
    signal,
  );
  const nodes = [...new Set(nics.map((nic) => nic.node))];
  await Promise.all(
    nodes.map(async (node) => {
      const own = nics.filter((nic) => nic.node === node);
      await configure(nodeMark(lab, node), own.flatMap(nicLines), signal);
      // The hook that faults are put into. It has no queue and costs nothing while it is empty.
      await addFaultHooks(
        nodeMark(lab, node),
        own.map((nic) => nic.name),
        signal,
      );
    }),
  );
  await addFaultHooks(
    nodeMark(lab, SWITCH),
    nics.map((nic) => nic.port),
    signal,
  );
}

function configure(mark: string, lines: readonly string[], signal?: AbortSignal): Promise<string> {
  return run(['ip', '-n', mark, '-batch', '-'], { input: `${lines.join('\n')}\n`, signal });
}

function addFaultHooks(mark: string, devices: readonly string[], signal?: AbortSignal): Promise<string> {
  const input = devices.map((device) => `qdisc add dev ${device} clsact\n`).join('');
  return run(['tc', '-n', mark, '-batch', '-'], { input, signal });
}

function bridgeLines(name: string): string[] {
  return [`link add name ${name} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`, `link set dev ${name} up`];
}

function portLines(lab: string, nic: Nic): string[] {
  return [
    `link add name ${nic.port} type veth peer name ${nic.name} address ${nic.mac} netns ${nodeMark(lab, nic.node)}`,
    `link set dev ${nic.port} master ${nic.network} up`,
  ];
}

function nicLines(nic: Nic): string[] {
  if (nic.address !== undefined) {
    return [`address add ${nic.address}/${nic.prefixLength} dev ${nic.name}`, `link set dev ${nic.name} up`];
  }
  return [...bridgeLines(GUEST_BRIDGE), `link set dev ${nic.name} master ${GUEST_BRIDGE} up`];
}
