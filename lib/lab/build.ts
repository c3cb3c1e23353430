#!/usr/bin/env node
// Builds the programs that run in a lab, its guests' among them: setup does it, so that the first start of a lab need not.
import { PrecopyError } from '../errors.js';
import { ensureGuestFiles } from './guest/index.js';
import { ensureInit } from './host/init.js';

try {
  await Promise.all([ensureGuestFiles(), ensureInit()]);
} catch (error) {
  if (!(error instanceof PrecopyError)) throw error;
  process.stderr.write(`lab: ${error.message}\n${error.remedy ?? ''}\n`);
  process.exitCode = 1;
}
