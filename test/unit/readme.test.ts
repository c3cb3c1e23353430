import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The TypeScript of the README, block by block. */
const blocks = [...readFileSync(`${root}README.md`, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(
  (match) => match[1] ?? '',
);

/** What the compiler says of a file that is only thought to stand beside package.json, so that it imports as a user does. */
function complaints(source: string): string[] {
  const name = `${root}readme-example.ts`;
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, exactOptionalPropertyTypes: true },
    ...{ target: ts.ScriptTarget.ES2023, lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts'] },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, types: ['node'] },
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (file) => (file === name ? source : readFile(file));
  host.fileExists = (file) => file === name || fileExists(file);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

test('what the README shows compiles', (t) => {
  t.ok(blocks.length >= 2, 'there is something to compile');
  for (const block of blocks) t.same(complaints(block), [], block.split('\n').at(-2) ?? '');
  t.not(
    complaints("import { migrate } from 'precopy';\nmigrate({ domain: 5 });").length,
    0,
    'and the compiler does look',
  );
  t.end();
});
