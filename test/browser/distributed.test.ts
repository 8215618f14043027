import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { reading } from '#test/support/notified.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';

const WARM_RULE = { when: { metric: 'temperature', above: [{ limit: 25, severity: 'critical' }] } };

describe.skipIf(postgresObstacle !== undefined)('the dashboard over several processes', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  test('an alert acknowledged on a page of one process is seen on a page of another, live and once', async (context) => {
    const url = await cluster.createDatabase();
    const start = (roles: string) => createTestApp({ VIGIE_POSTGRES_URL: url, VIGIE_ROLES: roles });
    const gateway = await start('gateway,processor');
    const [here, there] = [await start('api'), await start('api')];
    await here.put('/v1/rules/warm', WARM_RULE);
    await gateway.send(reading(20));
    const [first, second] = [await openPage(context, here.url), await openPage(context, there.url)];
    for (const page of [first, second]) {
      await page.locator('[data-connection="live"]').waitFor();
      await page.locator('[data-sensor="oven"]').getByText('20 °C').waitFor();
    }
    await gateway.send(reading(31));
    const button = 'Acknowledge the alert of oven';
    for (const page of [first, second]) {
      await page.locator('[data-sensor="oven"]').getByText('31 °C').waitFor();
      await page.getByRole('button', { name: button }).waitFor();
    }
    const asked: string[] = [];
    second.on('request', (request) => {
      if (request.isNavigationRequest() || request.method() !== 'GET') asked.push(request.url());
    });
    await first.getByRole('button', { name: button }).click();
    for (const page of [first, second]) {
      await page.getByText('acknowledged by').waitFor();
      expect(await page.getByRole('button', { name: button }).count()).toBe(0);
      expect(await page.getByText('acknowledged by').count()).toBe(1);
    }
    // The second page was told: it neither loaded again nor did anything itself.
    expect(asked).toEqual([]);
    const { items } = (await there.call('GET', '/v1/alerts?state=active')).body;
    expect(items).toMatchObject([{ sensor_id: 'oven', acknowledged: true }]);
    const { body } = await here.call('GET', `/v1/alerts/${items[0].id}?history=true`);
    const changes = body.history.map(({ change }: { change: string }) => change);
    expect(changes.filter((change: string) => change === 'acknowledged')).toHaveLength(1);
  });
});
