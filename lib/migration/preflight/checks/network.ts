import type { InterfaceFacts, PathState, PreflightFacts } from '../facts.js';
import { type Finding, type FindingCode, finding } from '../finding.js';
import { interfacePath, NETWORKS_PATH, networkPath } from '../paths.js';
import { type Check, destinationName } from './check.js';

interface Plug {
  readonly what: string;
  readonly code: FindingCode;
  readonly stateOf: (name: string, found: Readonly<Record<string, PathState>>) => PathState | undefined;
}

const ofInterface: Plug['stateOf'] = (name, found) => found[interfacePath(name)];

const PLUGS: Readonly<Record<string, Plug>> = {
  bridge: { what: 'bridge', code: 'bridge-missing', stateOf: ofInterface },
  direct: { what: 'network device', code: 'network-device-missing', stateOf: ofInterface },
  network: {
    what: 'active network',
    code: 'network-missing',
    // A host without the records keeps them elsewhere, or has never had a network: that proves nothing.
    stateOf: (name, found) =>
      found[networkPath(name)] === 'missing' && found[NETWORKS_PATH] !== 'present'
        ? 'unknown'
        : found[networkPath(name)],
  },
};

/** What the guest's interfaces are plugged into is there on the destination as well. */
export const network: Check = (facts) =>
  (facts.arriving?.interfaces ?? []).flatMap((plugged) => plugFindings(plugged, facts));

function plugFindings({ type, source, mac }: InterfaceFacts, facts: PreflightFacts): Finding[] {
  const plug = PLUGS[type];
  if (plug === undefined || source === undefined) return [];
  const state = plug.stateOf(source, facts.paths?.destination ?? {});
  if (state === 'present') return [];
  const remedy = `Set up ${source} there, or plug the interface into another one with destinationXml.`;
  return [
    state === 'missing'
      ? finding(
          plug.code,
          `There is no ${plug.what} ${source} on ${destinationName(facts)}, which the guest's interface ${mac} is plugged into`,
          remedy,
          'destination',
        )
      : finding(
          'network-unproven',
          `Whether there is a ${plug.what} ${source} on ${destinationName(facts)} could not be found out; libvirt refuses the guest in the phase prepare if there is none`,
          remedy,
          'destination',
        ),
  ];
}
