// Tries to use labs as a user without rights, or with nothing installed, and prints the errors as JSON.
import { execFileSync } from 'node:child_process';
import { PrecopyError } from '../../lib/errors.js';
import { Lab } from '../../lib/lab/index.js';
import { findProgram } from '../../lib/lab/requirements.js';

const [user, ...hidden] = process.argv.slice(2);
const NOBODY = 65534;

// In this process and not by a command around it: nobody may not even read the package.
if (user === 'nobody') process.setuid?.(NOBODY);
for (const name of hidden) {
  const path = await findProgram(name);
  if (path !== undefined) execFileSync('mount', ['--bind', '/dev/null', path]);
}

const attempts =
  user === 'nobody'
    ? [() => Lab.start(), () => Lab.list(), () => Lab.attach('any'), () => Lab.downAll()]
    : [() => Lab.start()];
const errors: object[] = [];
for (const attempt of attempts) {
  const error = await attempt().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PrecopyError) errors.push({ code: error.code, message: error.message, remedy: error.remedy });
  else errors.push({ message: `no PrecopyError: ${error}` });
}
process.stdout.write(JSON.stringify(errors));
