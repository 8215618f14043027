/** A sensor that is being worked on or not used: it is measured and shown as ever, and nobody is told of its alerts. */
export interface OutOfService {
  reason: string;
  by: string;
  /** ms since the epoch. */
  sinceMs: number;
  /** ms since the epoch; null = until somebody brings it back. */
  untilMs: number | null;
  /** Only alerts of these; of every rule where it is absent. */
  rules?: string[] | undefined;
}

/** Whether nobody is told of what a rule finds on the sensor at a moment. */
export function isOutOfService(
  service: Pick<OutOfService, 'untilMs' | 'rules'> | null,
  { ruleId, nowMs }: { ruleId: string; nowMs: number },
): boolean {
  if (service === null || isServiceBack(service, nowMs)) return false;
  return service.rules === undefined || service.rules.includes(ruleId);
}

/** Its time is over: nobody has to say so, and what is stored of it stays. */
export function isServiceBack({ untilMs }: Pick<OutOfService, 'untilMs'>, nowMs: number): boolean {
  return untilMs !== null && untilMs <= nowMs;
}

/** From the text that is stored. */
export function parseOutOfService(text: string | null): OutOfService | null {
  return text === null ? null : (JSON.parse(text) as OutOfService);
}
