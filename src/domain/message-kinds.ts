/** What there is to say of an alert. Without schemas, so that a page can list them and stay light. */
export const MESSAGE_KINDS = [
  'raised',
  'repeat',
  'escalated',
  'severity_changed',
  'cleared',
  'acknowledged',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];
