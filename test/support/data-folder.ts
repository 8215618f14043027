import { onTestFinished } from 'vitest';
import { createApp } from '#app';
import { testConfig } from './app.ts';
import { call, temporaryFolder } from './spawn-platform.ts';

/** An empty data folder, removed with the test. */
export function folder(): string {
  const { path, remove } = temporaryFolder('start');
  onTestFinished(remove);
  return path;
}

/** A folder that was used and stopped, so that all its files are there. */
export async function usedFolder(): Promise<string> {
  const path = folder();
  const app = createApp(testConfig(path));
  await app.start();
  await send(app.url, [{ sensor_id: 'a', readings: { t: 1 } }]);
  // A question about the readings sees to it that they are in the history.
  await call(`${app.url}/v1/sensors/a/readings`, 'GET');
  await app.stop();
  return path;
}

export function send(url: string, readings: unknown) {
  return call(`${url}/v1/readings`, 'POST', readings);
}
