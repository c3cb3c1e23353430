export { PrecopyError } from './errors.js';
export * from './migration/index.js';
