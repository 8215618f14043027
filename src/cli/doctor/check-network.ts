import { createServer } from 'node:net';
import { ApiClient, type ApiTarget, reasonOf } from '../api-client.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

// Tested by: cli/doctor.test.ts

const PROBE_TIMEOUT_MS = 5000;
const CLOCK_TOLERANCE_MS = 60_000;

/** A platform that answers at `target`: its health, its clock, its key. undefined where none does. */
export async function checkPlatform(target: ApiTarget): Promise<Finding[] | undefined> {
  const client = new ApiClient(target);
  let response: Response;
  try {
    response = await client.open('/health/ready', { timeoutMs: PROBE_TIMEOUT_MS });
  } catch {
    return undefined;
  }
  const date = Date.parse(response.headers.get('date') ?? '');
  const text = await response.text().catch(() => '');
  const subject = 'platform';
  const findings: Finding[] = [];
  if (response.ok) findings.push(ok(subject, `answers at ${target.url} and is ready`));
  else if (response.status === 503 || (await isPlatform(client))) {
    const detail = `answers at ${target.url} but is not ready: ${text.slice(0, 200)}`;
    findings.push(fail(subject, [detail, 'see its log']));
  } else {
    const detail = `something else than Vigie answers at ${target.url} (${response.status})`;
    return [fail(subject, [detail, 'stop it, or set VIGIE_HTTP_PORT to another port'])];
  }
  const skew = Math.abs(date - Date.now());
  if (skew > CLOCK_TOLERANCE_MS) {
    const detail = `the platform's clock differs by ${Math.round(skew / 1000)} s`;
    findings.push(warn('clocks', [detail, 'set both clocks by NTP']));
  }
  findings.push(await checkKey(client));
  return findings;
}

async function isPlatform(client: ApiClient): Promise<boolean> {
  const answer = await client.ask('/health/live', { timeoutMs: PROBE_TIMEOUT_MS });
  return answer.ok;
}

async function checkKey(client: ApiClient): Promise<Finding> {
  if (client.target.key === undefined) {
    return warn('key', ['no key is given', 'set VIGIE_KEY, so that other commands can use it']);
  }
  const answer = await client.ask('/v1/sensors?limit=1', { timeoutMs: PROBE_TIMEOUT_MS });
  if (answer.ok || answer.problem.status === 403) return ok('key', 'the platform knows it');
  const { detail, code } = answer.problem;
  return fail('key', [`${detail} [${code}]`, 'make one with vigie keys create']);
}

/** Whether a server could listen there. */
export function checkPort(
  subject: string,
  at: { host: string; port: number; setting: string },
): Promise<Finding> {
  const where = `${at.host}:${at.port}`;
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const advice =
        error.code === 'EADDRINUSE'
          ? `stop what uses it, or set ${at.setting} to another port`
          : `set VIGIE_HOST and ${at.setting} to where this user may listen`;
      resolve(fail(subject, [`${where} cannot be listened on (${error.code})`, advice]));
    });
    server.listen(at.port, at.host, () => {
      server.close(() => resolve(ok(subject, at.port === 0 ? 'any free one' : `${where} is free`)));
    });
  });
}

/** Connects and signs in; sends nothing. */
export async function checkSmtp(url: string | undefined): Promise<Finding> {
  if (url === undefined) {
    return warn('e-mail', [
      'VIGIE_SMTP_URL is not set',
      'set it to reach people by e-mail; webhooks work without it',
    ]);
  }
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url,
    connectionTimeout: PROBE_TIMEOUT_MS,
    greetingTimeout: PROBE_TIMEOUT_MS,
    socketTimeout: PROBE_TIMEOUT_MS,
  });
  // Never shown: user and password.
  const { hostname, port } = new URL(url);
  const where = port === '' ? hostname : `${hostname}:${port}`;
  try {
    await transport.verify();
    return ok('e-mail', `${where} lets us in`);
  } catch (error) {
    return fail('e-mail', [
      `${where} does not (${reasonOf(error)})`,
      'check VIGIE_SMTP_URL: host, port, user, password; smtps:// for TLS from the start',
    ]);
  } finally {
    transport.close();
  }
}
