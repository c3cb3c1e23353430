import { Lab, LabError } from '../../lab/index.js';

/** The name of the lab that is meant: the given one, or the only one there is. */
export async function whichLab(name: string | undefined): Promise<string> {
  if (name !== undefined) return name;
  const names = (await Lab.list()).map((lab) => lab.name);
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  if (only === undefined)
    throw new LabError('ERR_PRECOPY_LAB_NOT_FOUND', 'There is no lab.', { remedy: 'Start one with `precopy lab up`.' });
  throw new LabError('ERR_PRECOPY_LAB_NOT_FOUND', `There are several labs: ${names.join(', ')}.`, {
    remedy: 'Say which one.',
  });
}
