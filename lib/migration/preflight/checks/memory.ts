import { finding } from '../finding.js';
import { type Check, destinationName, mebibytes } from './check.js';

/** What QEMU itself takes beside the guest's memory, roughly. */
const OVERHEAD_BYTES = 256 * 1024 * 1024;

/** The destination has the memory that the guest may come to use. */
export const memory: Check = (facts) => {
  const { arriving, memory: there } = facts;
  if (arriving === undefined || there === undefined) return [];
  const { memoryBytes } = arriving;
  if (arriving.hugePages !== undefined) {
    const { hugePages } = there;
    if (hugePages === undefined || hugePages.freeBytes >= memoryBytes) return [];
    return [
      finding(
        'not-enough-huge-pages',
        `The guest needs ${mebibytes(memoryBytes)} in huge pages of ${mebibytes(hugePages.pageBytes)}, and ${destinationName(facts)} has ${mebibytes(hugePages.freeBytes)} of them free`,
        'Reserve more huge pages there, or choose another host.',
        'destination',
      ),
    ];
  }
  if (there.availableBytes >= memoryBytes + OVERHEAD_BYTES) return [];
  const message = `The guest may use ${mebibytes(memoryBytes)}, and ${destinationName(facts)} has ${mebibytes(there.availableBytes)} available`;
  return there.availableBytes < memoryBytes
    ? [
        finding(
          'not-enough-memory',
          message,
          'Make room there or choose another host; allow it where swap or shared pages make up for it.',
          'destination',
        ),
      ]
    : [finding('memory-tight', message, 'Leave some room for QEMU itself.', 'destination')];
};
