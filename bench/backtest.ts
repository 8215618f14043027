// How long a backtest over stored samples takes, calm and with a search for a suggestion, over the embedded stores.
//   npm run bench:backtest [-- --samples 1000000 --runs 5 --smoke]
// One sensor with a reading every 10 s: 3,153,600 samples are a year.
import { parseArgs } from 'node:util';
import { call } from '../test/support/spawn-platform.ts';
import { AUTHORIZATION, quantiles, residentMb, startBench } from './platform.ts';

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '5' },
    smoke: { type: 'boolean', default: false },
  },
});
const samples = values.smoke ? 20_000 : Number(values.samples);
const runs = values.smoke ? 1 : Number(values.runs);
const STEP_MS = 10_000;
const BATCH = 40_000;
const endMs = Math.floor(Date.now() / STEP_MS) * STEP_MS - 60_000;
const startMs = endMs - samples * STEP_MS;

/** A slow wave with noise; around the wave's middle the noise crosses a limit again and again. */
function valueAt(n: number): string {
  return (20 + 5 * Math.sin(n / 5000) + ((n * 61) % 100) / 100).toFixed(2);
}

async function fill(url: string): Promise<void> {
  for (let from = 0; from < samples; from += BATCH) {
    const lines = Array.from({ length: Math.min(BATCH, samples - from) }, (_, k) => {
      const n = from + k;
      return `reading,sensor_id=bench temperature=${valueAt(n)} ${startMs + n * STEP_MS}`;
    });
    const answer = await fetch(`${url}/api/v2/write?precision=ms`, {
      method: 'POST',
      headers: { authorization: AUTHORIZATION },
      body: lines.join('\n'),
    });
    if (answer.status !== 204) throw new Error(await answer.text());
  }
}

async function backtest(url: string, when: object) {
  const from = new Date(startMs).toISOString();
  const to = new Date(endMs).toISOString();
  const begun = performance.now();
  const answer = await call(`${url}/v1/rules/backtest`, 'POST', { rule: { when }, from, to });
  const ms = performance.now() - begun;
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  const { summary, suggestion } = answer.body as {
    summary: { samples: number; alerts: number };
    suggestion: object | null;
  };
  if (summary.samples !== samples) throw new Error(`${summary.samples} of ${samples} samples`);
  return { ms, alerts: summary.alerts, suggestion };
}

async function measure(url: string, when: object) {
  const times: number[] = [];
  let last: Awaited<ReturnType<typeof backtest>> | undefined;
  for (let run = 0; run < runs; run++) {
    last = await backtest(url, when);
    times.push(last.ms);
  }
  return { ...quantiles(times), alerts: last?.alerts, suggestion: last?.suggestion };
}

const { platform, end } = await startBench();
try {
  await fill(platform.url);
  const above = (limit: number, rest: object = {}) => {
    return { metric: 'temperature', above: [{ limit }], ...rest };
  };
  const results = {
    calm: await measure(platform.url, above(24, { deadband: 1.5 })),
    expression: await measure(platform.url, { expression: 'temperature > 40' }),
    flickering: await measure(platform.url, above(20.5)),
  };
  for (const [name, { p50_ms, max_ms, alerts }] of Object.entries(results)) {
    console.error(
      `${name}: ${samples} samples in p50 ${p50_ms} ms, max ${max_ms} ms; ${alerts} alerts`,
    );
  }
  const resident_mb = residentMb(platform.process.pid);
  console.log(JSON.stringify({ bench: 'backtest', samples, runs, resident_mb, ...results }));
} finally {
  await end();
}
