import { test } from 'tap';
import { forecastInWords, outcomeTable, verdictOnForecast } from '../../lib/cli/forecast-words.js';
import { forecastError, forecastFrom, type Inputs, steady } from '../../lib/forecast/index.js';
import { policies } from '../../lib/policy/index.js';

const exactly = (value: number) => ({ value, deviation: 0, from: 'given' }) as const;

/** A guest about which all is known. */
const inputs: Inputs = {
  memoryBytes: 1e9,
  ...{ used: exactly(5e8), link: exactly(1e8), dirtyRate: exactly(2e7), set: exactly(1e8) },
  workload: steady(2e7, 1e8),
  ...{ fixedPause: exactly(30), postCopyPause: exactly(15), overhead: exactly(500), isKnownBusy: false },
};
const expected = forecastFrom({ inputs, policy: policies.byName.budget, budget: {}, escalate: [], monitor: false });
const actual = {
  ...{ isCompleted: true, isPostCopy: false, isSuspended: false, throttle: 0 },
  ...{ totalMs: 6500, passes: 5, sentBytes: undefined, pauseMs: 42 },
};

test('a forecast in one line has its verdict and its intervals', (t) => {
  t.match(forecastInWords(expected), /^converges \(100 % sure\), [\d.]+ s \([\d.]+ s to [\d.]+ s\), pause \d+ ms \(/);
  t.end();
});

test('what came stands beside what was expected, and what was not seen is no figure', (t) => {
  const lines = outcomeTable({ expected, actual, error: forecastError(expected, actual) }).split('\n');
  t.match(lines[0], /at least +expected +at most +came$/);
  t.match(
    lines.find((line) => line.startsWith('pause')),
    / 42 ms$/,
  );
  t.match(
    lines.find((line) => line.startsWith('sent')),
    / –$/,
  );
  t.end();
});

test('a verdict is said to be right or wrong, and nothing of a migration that was ended from outside', (t) => {
  const said = (isPostCopy: boolean) => {
    const came = { ...actual, isPostCopy };
    return verdictOnForecast({ expected, actual: came, error: forecastError(expected, came) });
  };
  t.equal(said(false), 'The forecast was right: converges.');
  t.equal(said(true), 'The forecast was wrong: converges; it was only with post-copy.');
  t.equal(verdictOnForecast({ expected, actual, error: undefined }), undefined);
  t.end();
});
