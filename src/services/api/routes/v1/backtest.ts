import type { FastifyReply, FastifyRequest } from 'fastify';
import { Backtest, BacktestInput } from '#domain/backtest.ts';
import { VigieError } from '#domain/errors.ts';
import type { OperationContext } from '#operations/context.ts';
import { backtestRule } from '#operations/rule/backtest.ts';
import type { Problems } from '#platform/problem.ts';
import type { ApiInstance, RouteContext } from '../../api-instance.ts';
import { ProgressStream } from '../../events/progress-stream.ts';

// Tested by: ../../backtest-route.test.ts

const gone = new VigieError('request_timeout', 'The connection was closed before the answer.');

export function backtestRoute(app: ApiInstance, { ctxOf, http }: RouteContext): void {
  app.post(
    '/v1/rules/backtest',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Rules'],
        summary: 'Try a rule over stored readings',
        description:
          'What the rule would have done: nothing is stored and nobody is told. It need not exist, and may be switched off. At most 1,000 sensors and 20,000,000 samples; the first 10,000 alerts are listed. With `Accept: text/event-stream` the answer is a stream of events: `progress` (`BacktestProgress`) a few times a second, at the end `result` with what the JSON answer would be, or `error` with a problem. It ends when the connection does.',
        body: BacktestInput,
        response: { 200: Backtest },
      },
    },
    (request, reply) => {
      const ctx = ctxOf(request);
      const asked = { ctx, input: request.body, signal: untilClosed(reply) };
      if (!wantsEvents(request)) return backtestRule(asked);
      return streamBacktest(asked, { request, reply, problems: http.problems });
    },
  );
}

/** Aborted when whoever asked is gone: nobody reads the answer. */
function untilClosed(reply: FastifyReply): AbortSignal {
  const stop = new AbortController();
  if (reply.raw.destroyed) stop.abort(gone);
  else reply.raw.once('close', () => stop.abort(gone));
  return stop.signal;
}

/** Only where it is named: who takes anything gets the one answer. */
function wantsEvents({ headers }: FastifyRequest): boolean {
  const ranges = (headers.accept ?? '').toLowerCase().split(',');
  return ranges.some((range) => range.split(';', 1)[0]!.trim() === 'text/event-stream');
}

/** What is wrong with the question is answered as ever; the stream begins when the work does. */
async function streamBacktest(
  asked: { ctx: OperationContext; input: unknown; signal: AbortSignal },
  { request, reply, problems }: Answering,
): Promise<never> {
  const stream = new ProgressStream(reply.raw);
  const onProgress = (progress: object) => {
    if (!reply.sent) reply.hijack();
    stream.progress(progress);
  };
  try {
    const result = await backtestRule({ ...asked, onProgress });
    stream.end('result', result);
  } catch (error) {
    if (!reply.sent) throw error;
    stream.end('error', problems.of(error, request.raw).document);
  }
  return reply as never;
}

interface Answering {
  request: FastifyRequest;
  reply: FastifyReply;
  problems: Problems;
}
