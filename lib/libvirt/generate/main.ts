import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readDescription } from './description.js';
import { renderConstants } from './render.js';

/** Where libvirt's development package puts its API description. */
const FOLDER = process.argv[2] ?? '/usr/share/libvirt/api';

// Compiled, this file is dist/lib/libvirt/generate/main.js; the result belongs into the sources.
const TARGET = fileURLToPath(new URL('../../../../lib/libvirt/constants.generated.ts', import.meta.url));

const documents = ['libvirt-api.xml', 'libvirt-qemu-api.xml'].map((name) => readFileSync(`${FOLDER}/${name}`, 'utf8'));
writeFileSync(TARGET, renderConstants(readDescription(documents).groups));
