import { finding } from '../finding.js';
import { type Check, destinationName } from './check.js';

/** The destination's CPU can do all that the guest has seen of its own. */
export const cpu: Check = (facts) => {
  const { arriving, cpu: comparison } = facts;
  const found = [];
  if (comparison?.result === 'incompatible') {
    const said = comparison.message === undefined ? '' : `: ${comparison.message}`;
    found.push(
      finding(
        'cpu-incompatible',
        `The ${comparison.compared === 'guest' ? "guest's CPU" : "source's CPU, which the guest sees as it is,"} is not compatible with that of ${destinationName(facts)}${said}`,
        'Choose a host with these features, or start the guest anew with a CPU model that both hosts have.',
        'destination',
      ),
    );
  }
  if (arriving?.cpu?.mode === 'host-passthrough') {
    found.push(
      finding(
        'cpu-passed-through',
        "The guest sees the source's CPU as it is (host-passthrough)",
        'Move it only between hosts whose CPUs, microcode and kernels are equal; use host-model or a named model otherwise.',
        'source',
      ),
    );
  }
  return found;
};
