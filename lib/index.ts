export { InvalidArgumentError, PrecopyError } from './errors.js';
export {
  type Actual,
  type Forecast,
  type ForecastError,
  forecastError,
  type Interval,
  type Known,
  type VerdictKind,
} from './forecast/index.js';
export * from './migration/index.js';
export * from './policy/index.js';
