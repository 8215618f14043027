import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '#config/settings.ts';
import { makeHost } from '#test/support/command-host.ts';
import { createApp } from '../../src/app.ts';

test('the demo replays a year, and every notification of every alert arrives in its inbox', async () => {
  let url = '';
  const env = { VIGIE_HTTP_PORT: '0', VIGIE_MQTT_PORT: '0', VIGIE_LOG_LEVEL: 'silent' };
  const host = makeHost(env, async (config) => {
    const app = createApp(config);
    await app.start();
    url = app.url;
    return app;
  });
  const done = host.run(['serve', '--demo', '--demo-seconds', '4']);
  while (!host.out.includes('The platform keeps running') && !host.err.includes('vigie:')) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(host.err).not.toContain('vigie:');
  // It is still there for questions.
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  host.stop();
  expect(await done).toBe(0);

  const summary =
    /Replayed ([\d,]+) readings: (\d+) alerts, (\d+) notifications delivered \(email (\d+), webhook (\d+)\)/.exec(
      host.out,
    );
  const [readings, alerts, notifications, email, webhook] = (summary ?? [])
    .slice(1)
    .map((text) => Number(text.replaceAll(',', '')));
  expect(readings).toBe(8759);
  // The data are fixed: 21 warm and 17 cold spells, 9 of which become critical; all are over at the end.
  expect(alerts).toBe(38);
  expect(email).toBe(85);
  expect(webhook).toBe(85);
  expect(notifications).toBe(170);
  expect(host.out.match(/^▲ alert demo-\S+ on san-francisco (?:warning|critical):/gm)).toHaveLength(
    38,
  );
  expect(host.out.match(/^▽ alert/gm)).toHaveLength(38);
  expect(host.out).toContain('→ email to camille@example.org [fr] [Avertissement] Froid');
  expect(host.out).toMatch(/p50 \d+ ms, p99 \d+ ms/);
  expect(existsSync(join(host.cwd, 'data', 'demo'))).toBe(true);
  expect(loadConfig({ env: {}, cwd: host.cwd }).dataDir).toBe(join(host.cwd, 'data'));
});
