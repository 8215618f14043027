import { onTestFinished } from 'vitest';
import { type App, type AppOverrides, createApp } from '#app';
import { type Config, loadConfig } from '#config/settings.ts';
import { ADMIN_KEY, temporaryFolder } from './spawn-platform.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read answers freely; what they expect is checked there.
export type Json = Record<string, any>;
export type RawBody = string | Uint8Array<ArrayBuffer>;

export interface TestApp {
  readonly app: App;
  readonly url: string;
  readonly dataDir: string;
  /** A call to the API with the admin key. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }>;
  /** Creates or replaces a thing; throws where it is refused. */
  put(path: string, body: unknown): Promise<Json>;
  /** Sends readings; throws unless they are acknowledged. Answers the acknowledgement. */
  send(...readings: Json[]): Promise<Json>;
  /** `POST /v1/readings` with a raw body. */
  post(
    body: RawBody,
    headers?: Record<string, string>,
    path?: string,
  ): Promise<{ status: number; headers: Headers; body: Json }>;
  /** Stops it and starts it again on the same folder. */
  restart(): Promise<void>;
}

/** Settings of a platform under test: quiet, on a free port for HTTP, and none for MQTT unless `env` gives one. */
export function testConfig(dataDir: string, env: Readonly<Record<string, string>> = {}): Config {
  return loadConfig({
    cwd: import.meta.dirname,
    env: {
      VIGIE_HTTP_PORT: '0',
      VIGIE_MQTT_PORT: '0',
      VIGIE_DATA_DIR: dataDir,
      VIGIE_ADMIN_KEY: ADMIN_KEY,
      VIGIE_LOG_LEVEL: 'silent',
      VIGIE_CANARY: 'off',
      VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
      ...env,
    },
  });
}

/** The whole platform in this process, on free ports and in a folder of its own; gone when the test is. */
export async function createTestApp(
  env: Readonly<Record<string, string>> = {},
  overrides: AppOverrides = {},
): Promise<TestApp> {
  const folder = temporaryFolder('app');
  const config = testConfig(folder.path, env);
  let app = createApp(config, overrides);
  onTestFinished(async () => {
    await app.stop();
    folder.remove();
  });
  await app.start();
  const authorization = `Bearer ${ADMIN_KEY}`;
  async function read(answer: Response) {
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : {} };
  }
  const platform: TestApp = {
    get app() {
      return app;
    },
    get url() {
      return app.url;
    },
    dataDir: folder.path,
    async call(method, path, body) {
      const headers = { authorization, 'content-type': 'application/json' };
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      return read(await fetch(`${app.url}${path}`, { method, headers, ...init }));
    },
    async put(path, body) {
      const answer = await platform.call('PUT', path, body);
      if (answer.status >= 300) throw new Error(`PUT ${path}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    async send(...readings) {
      const { status, body } = await platform.post(JSON.stringify(readings));
      if (status !== 200)
        throw new Error(`readings were answered ${status}: ${JSON.stringify(body)}`);
      return body;
    },
    async post(body, headers = {}, path = '/v1/readings') {
      const all = { authorization, 'content-type': 'application/json', ...headers };
      return read(await fetch(`${app.url}${path}`, { method: 'POST', headers: all, body }));
    },
    async restart() {
      await app.stop();
      app = createApp(config, overrides);
      await app.start();
    },
  };
  return platform;
}
