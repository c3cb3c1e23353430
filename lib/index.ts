export { InvalidArgumentError, PrecopyError } from './errors.js';
export * from './migration/index.js';
export * from './policy/index.js';
