import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { Backtest, BacktestProgress } from '#domain/backtest.ts';
import type { RuleInput } from '#domain/rule.ts';
import { ApiProblem } from './api-problem.ts';

interface BacktestQuestion {
  rule: RuleInput;
  fromMs: number;
  toMs: number;
  signal: AbortSignal;
  onProgress(progress: BacktestProgress): void;
}

/** What a rule would have done, with how far the answer is. Throws `ApiProblem`; ending the signal ends the work. */
export async function askBacktest({
  rule,
  fromMs,
  toMs,
  signal,
  onProgress,
}: BacktestQuestion): Promise<Backtest> {
  const response = await fetch('/v1/rules/backtest', {
    method: 'POST',
    signal,
    headers: {
      accept: 'text/event-stream',
      'accept-language': document.documentElement.lang,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      rule,
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
    }),
  });
  if (!response.ok || response.body === null) throw await ApiProblem.of(response);
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  const reader = events.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const { event, data } = next.value;
    if (event === 'progress') onProgress(JSON.parse(data) as BacktestProgress);
    if (event === 'result') return JSON.parse(data) as Backtest;
    if (event === 'error') throw new ApiProblem(JSON.parse(data));
  }
  throw ApiProblem.unreachable();
}
