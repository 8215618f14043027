/** One line of the doctor. `advice` says what to do; it is there unless the state is ok. */
export interface Finding {
  state: 'ok' | 'warn' | 'fail';
  subject: string;
  detail: string;
  advice?: string;
}

export function ok(subject: string, detail: string): Finding {
  return { state: 'ok', subject, detail };
}

export function warn(subject: string, [detail, advice]: [string, string]): Finding {
  return { state: 'warn', subject, detail, advice };
}

export function fail(subject: string, [detail, advice]: [string, string]): Finding {
  return { state: 'fail', subject, detail, advice };
}
