#!/usr/bin/env node
// Builds the guests, which setup does once, so that the first start of a lab need not.
import { PrecopyError } from '../../errors.js';
import { ensureGuestFiles } from './files.js';

try {
  await ensureGuestFiles();
} catch (error) {
  if (!(error instanceof PrecopyError)) throw error;
  process.stderr.write(`guests: ${error.message}\n${error.remedy ?? ''}\n`);
  process.exitCode = 1;
}
