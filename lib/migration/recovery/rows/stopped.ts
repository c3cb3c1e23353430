import { FOLLOW, PERSON } from '../remedies.js';
import type { Row } from '../row.js';
import { heldBack } from '../standing-groups.js';

/** Stopped on the source by a migration that is over. */
export const STOPPED: readonly Row[] = [
  {
    ...{ source: ['stopped'], destination: ['running', 'migrating'], actions: ['destroy-source'] },
    ...{ verdict: 'completed', owner: 'destination' },
    says: 'The guest runs on the destination, and what stands on the source was not told so.',
  },
  {
    ...{ source: ['stopped', ...heldBack], destination: ['starting'], verdict: 'under-way', owner: 'destination' },
    actions: ['wait'],
    says: 'The destination has just started the guest and is about to say so.',
    remedy: FOLLOW,
  },
  {
    ...{ source: ['stopped'], destination: ['paused'], actions: ['destroy-source', 'resume-destination'] },
    ...{ verdict: 'completed', owner: 'destination' },
    says: 'The guest has arrived whole and stopped on the destination, and the source was not told so.',
  },
  {
    ...{ source: ['stopped'], destination: ['halted'], verdict: 'completed', owner: 'destination', actions: [] },
    says: 'The guest ran on the destination until it came to grief there.',
    remedy:
      'Mend what stopped it and resume it on the destination; destroy what stands on the source, never resume it.',
  },
  {
    ...{ source: ['stopped'], destination: ['receiving'], destinationRan: false, owner: 'unknown' },
    ...{ verdict: 'interrupted', actions: ['wait', 'destroy-destination', 'resume-source'] },
    says: 'The guest stands still on both hosts: the destination never heard that it should start.',
  },
  {
    ...{ source: ['stopped'], destination: ['absent'], destinationRan: false, verdict: 'rolled-back', owner: 'source' },
    actions: ['resume-source'],
    says: 'The guest is stopped on the source, and the destination, which answers, has nothing of it.',
  },
  {
    ...{ source: ['stopped'], destination: ['absent', 'receiving'], destinationRan: true, owner: 'unknown' },
    ...{ verdict: 'indeterminate', actions: [] },
    says: 'The guest has run on the destination and does not any more; what the source holds is older than its disks.',
    remedy: 'Start the guest anew from its storage; what stands on the source must not be resumed.',
  },
  {
    ...{ source: ['stopped'], destination: ['ended'], verdict: 'indeterminate', owner: 'unknown', actions: [] },
    says: 'The guest is shut off on the destination after it ran; whether that was before this migration is not known.',
    remedy: 'If it ran there in this migration, start it there; otherwise resume it on the source.',
  },
  {
    ...{ source: ['stopped', ...heldBack], destination: ['stopped'], actions: [] },
    ...{ verdict: 'indeterminate', owner: 'unknown' },
    says: 'The guest is stopped on both hosts, and no job is left that could say where it is whole.',
    remedy: PERSON,
  },
];
