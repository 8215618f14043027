import type { ContactInput, PolicyInput } from '#domain/notification.ts';
import type { RuleInput } from '#domain/rule.ts';
import type { ApiClient } from '../api-client.ts';
import type { DemoSeries } from './demo-data.ts';

/** Who is told, when, of what: put through the public API, as anybody would. */
export async function putDemoThings(
  client: ApiClient,
  series: DemoSeries,
  inbox: { webhookUrl: string; secret: string },
): Promise<void> {
  const put = (path: string, body: unknown) => client.request(path, { method: 'PUT', body });
  await put('/v1/contacts/camille', {
    name: 'Camille',
    channel: 'email',
    settings: { to: 'camille@example.org' },
    language: 'fr',
    time_zone: 'Europe/Paris',
    // A year passes in seconds: what is a storm by the clock is none by the readings.
    storm: 'whole',
  } satisfies ContactInput);
  await put('/v1/contacts/duty-desk', {
    name: 'Duty desk',
    channel: 'webhook',
    settings: { url: inbox.webhookUrl, secret: inbox.secret },
    language: 'en',
    time_zone: 'America/Los_Angeles',
  } satisfies ContactInput);
  await put('/v1/policies/demo', {
    name: 'Demo',
    steps: [{ contacts: ['camille', 'duty-desk'] }],
    on: ['raised', 'severity_changed', 'cleared'],
  } satisfies PolicyInput);
  for (const rule of demoRules(series)) await put(`/v1/rules/${rule.id}`, rule);
}

export function demoRules(series: DemoSeries): RuleInput[] {
  const { high, veryHigh, low } = series.limits;
  const where = { sensors: [series.sensorId] };
  const { metric } = series;
  const deadband = series.unit === 'Cel' ? 0.5 : Math.abs(high - low) / 20;
  return [
    {
      id: 'demo-high',
      name: { en: 'Warm', fr: 'Chaleur' },
      where,
      when: {
        metric,
        above: [
          { limit: high, severity: 'warning' },
          ...(veryHigh > high ? [{ limit: veryHigh, severity: 'critical' as const }] : []),
        ],
        deadband,
      },
      instructions: { en: 'Open the roof vents.', fr: 'Ouvrir les trappes de toit.' },
      policy: 'demo',
    },
    {
      id: 'demo-low',
      name: { en: 'Cold', fr: 'Froid' },
      where,
      when: { metric, below: [{ limit: low, severity: 'warning' }], deadband },
      instructions: { en: 'Close the vents.', fr: 'Fermer les trappes.' },
      policy: 'demo',
    },
  ];
}
