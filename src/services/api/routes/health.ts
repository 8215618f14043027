import { Type } from 'typebox';
import { VigieError } from '#domain/errors.ts';
import type { ApiInstance, RouteContext } from '../api-instance.ts';
import type { ReadinessCheck } from '../api-options.ts';

// Tested by: services/api/http-manners.test.ts

const tags = ['Operations'];
const Live = Type.Object({ status: Type.Literal('ok') }, { title: 'Live' });
const Ready = Type.Object(
  {
    status: Type.Literal('ok'),
    checks: Type.Record(Type.String(), Type.Literal('ok')),
    connections: Type.Record(
      Type.String(),
      Type.Union([Type.Literal('connected'), Type.Literal('disconnected')]),
      { description: 'Other systems. One that is away does not make the platform unready.' },
    ),
  },
  { title: 'Ready' },
);
const CHECK_TIMEOUT_MS = 2000;

async function passes(check: ReadinessCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([Promise.try(check).then(() => true), tooLate]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

export function healthRoutes(
  app: ApiInstance,
  { readiness, connections = {} }: RouteContext,
): void {
  app.get(
    '/health/live',
    {
      config: { isOpen: true },
      schema: { tags, summary: 'Does the process answer?', response: { 200: Live } },
    },
    () => ({ status: 'ok' as const }),
  );
  app.get(
    '/health/ready',
    {
      config: { isOpen: true },
      schema: {
        tags,
        summary: 'Can the platform take work?',
        description: '503 with what fails where it cannot.',
        response: { 200: Ready },
      },
    },
    async () => {
      const results = await Promise.all(
        Object.entries(readiness).map(
          async ([name, check]) => [name, (await passes(check)) ? 'ok' : 'failed'] as const,
        ),
      );
      const failed = results.filter(([, result]) => result === 'failed').map(([name]) => name);
      if (failed.length > 0) {
        throw new VigieError('storage_unavailable', `Not ready: ${failed.join(', ')}.`, {
          retryAfterSeconds: 5,
          extra: { checks: Object.fromEntries(results) },
        });
      }
      const checks: Record<string, 'ok'> = {};
      for (const [name] of results) checks[name] = 'ok';
      const shown: Record<string, 'connected' | 'disconnected'> = {};
      for (const [name, isConnected] of Object.entries(connections)) {
        shown[name] = isConnected() ? 'connected' : 'disconnected';
      }
      return { status: 'ok' as const, checks, connections: shown };
    },
  );
}
