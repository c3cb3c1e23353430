import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The files that a compiled file imports, by their paths. */
function importsOf(path: string): string[] {
  const source = readFileSync(path, 'utf8');
  return [...source.matchAll(/^(?:import|export)[^'"]*['"](\.[^'"]+)['"]/gm)].map((match) =>
    resolve(dirname(path), match[1] ?? ''),
  );
}

function closureOf(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const imported of importsOf(path)) closureOf(imported, seen);
  return seen;
}

test('what the benchmark needs is shipped with it', (t) => {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  t.ok(files.includes('dist/bench') && files.includes('dist/lib'));
  const needed = [...closureOf(join(root, 'dist/bench/main.js'))].map((path) => relative(root, path));
  t.ok(needed.length > 50, 'the imports were found');
  const left = files
    .filter((pattern: string) => pattern.startsWith('!'))
    .map((pattern: string) => pattern.slice(1, -1));
  t.same(
    needed.filter((path) => !/^dist\/(lib|bench)\//.test(path) || left.some((start: string) => path.startsWith(start))),
    [],
  );
  t.end();
});

test('the library imports nothing of the benchmark', (t) => {
  const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  t.ok(sources.length > 100);
  t.same(
    sources.filter((path) => /from '[./]+\/bench\//.test(readFileSync(join(root, 'lib', path), 'utf8'))),
    [],
  );
  t.end();
});
