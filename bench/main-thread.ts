import type { Browser, Page } from 'playwright-core';

/** An event of Chromium's trace (Trace Event Format); times in µs. */
interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  /** Of `dur` what the thread itself had the processor for. */
  tdur?: number;
  args: { name?: string };
}

const CATEGORIES = [
  '-*',
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
];

/** What a frame cost the main thread, ms: by the clock, and of that its own time on a processor. */
export interface FrameCost {
  wall: number;
  cpu: number;
}

/** What the main thread of a page did while `act` ran, through Chromium's own tracing: tasks by frame. */
export async function frameCosts(
  browser: Browser,
  page: Page,
  act: () => Promise<void>,
): Promise<FrameCost[]> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await act();
  const trace = (await browser.stopTracing()).toString();
  return costsOf((JSON.parse(trace) as { traceEvents: TraceEvent[] }).traceEvents);
}

/** The sum of the tasks from the begin of one frame to that of the next. */
function costsOf(events: readonly TraceEvent[]): FrameCost[] {
  const isMain = mainThreadOf(events);
  const tasks = events
    .filter((event) => event.name === 'RunTask' && event.dur !== undefined && isMain(event))
    .sort((a, b) => a.ts - b.ts);
  const begins = events
    .filter((event) => event.name === 'BeginMainThreadFrame' && isMain(event))
    .map(({ ts }) => ts)
    .sort((a, b) => a - b);
  const costs = begins.slice(1).map((): FrameCost => ({ wall: 0, cpu: 0 }));
  let frame = -1;
  for (const { ts, dur = 0, tdur = Number.NaN } of tasks) {
    // The task in which the frame begins belongs to it.
    while (frame + 1 < begins.length && (begins[frame + 1] as number) <= ts + dur) frame += 1;
    const cost = costs[frame];
    if (cost === undefined) continue;
    cost.wall += dur / 1000;
    cost.cpu += tdur / 1000;
  }
  return costs;
}

/** The renderer that has worked most: other tabs and the browser's own pages stand still. */
function mainThreadOf(events: readonly TraceEvent[]): (event: TraceEvent) => boolean {
  const key = ({ pid, tid }: TraceEvent): string => `${pid}:${tid}`;
  const renderers = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(key),
  );
  const busy = new Map<string, number>();
  for (const event of events) {
    if (event.name === 'RunTask' && renderers.has(key(event)))
      busy.set(key(event), (busy.get(key(event)) ?? 0) + (event.dur ?? 0));
  }
  const [most] = [...busy].sort(([, a], [, b]) => b - a);
  if (most === undefined) throw new Error('the trace has no task of a page');
  return (event) => key(event) === most[0];
}
