import { afterAll, beforeAll, describe } from 'vitest';
import { alertLifecycleSuite } from '#test/support/alert-lifecycle.suite.ts';
import { createTestApp, type TestApp } from '#test/support/app.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';

describe.skipIf(postgresObstacle !== undefined)('alerts over one database', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  describe('in one process', () =>
    alertLifecycleSuite(async () =>
      createTestApp({ VIGIE_POSTGRES_URL: await cluster.createDatabase() }),
    ));

  describe('people, processor and notifier in processes of their own', () =>
    alertLifecycleSuite(async () => {
      const env = { VIGIE_POSTGRES_URL: await cluster.createDatabase() };
      const gateway = await createTestApp({ ...env, VIGIE_ROLES: 'gateway,processor' });
      const api = await createTestApp({ ...env, VIGIE_ROLES: 'api' });
      await createTestApp({ ...env, VIGIE_ROLES: 'notifier' });
      return withDoors(api, gateway);
    }));
});

/** Calls go to one process, readings to another. */
function withDoors(api: TestApp, gateway: TestApp): TestApp {
  return {
    ...api,
    send: gateway.send,
    post: gateway.post,
    async restart() {
      await Promise.all([api.restart(), gateway.restart()]);
    },
  };
}
