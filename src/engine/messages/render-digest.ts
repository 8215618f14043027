import type { NotificationPayload } from '#domain/notification-payload.ts';
import { SEVERITIES } from '#domain/rule.ts';
import { localized, translate } from './catalog.ts';
import { composeMessage, type RenderedMessage, type Row } from './compose-message.ts';
import { describeAlert, type MessageReader } from './describe-alert.ts';
import { oneLine } from './plain-text.ts';
import { fillTemplate } from './rule-template.ts';

const MOST_LINES = 20;
const MOST_TITLES = 3;

type Digest = NonNullable<NotificationPayload['digest']>;

/** One message about several alerts: how many and of what kind, then a line for each, the worst first, as far as people read. */
export function renderDigest(request: {
  digest: Digest;
  reader: MessageReader;
  publicUrl?: string | undefined;
}): RenderedMessage {
  const { digest, reader, publicUrl } = request;
  const { language } = reader;
  const members = digest.members.toSorted((a, b) => rank(b) - rank(a));
  const count = members.length;
  const severity = translate(language, `severity.${members[0]!.alert.severity}`);
  const lines: Row[] = members.slice(0, MOST_LINES).map((member) => lineOf(member, reader));
  if (count > MOST_LINES) {
    const text = translate(language, 'digest.more', { count: count - MOST_LINES });
    lines.push({ label: 'label.more', text });
  }
  const titles = titlesOf(members, reader);
  return composeMessage({
    language,
    subject: translate(language, 'subject.digest', { count, severity, titles }),
    first: translate(language, `short.digest.${digest.reason}`, { count, severity, titles }),
    rows: lines,
    link: publicUrl,
  });
}

function lineOf(member: NotificationPayload, reader: MessageReader): Row {
  const { language } = reader;
  const { template, ...words } = describeAlert(member, reader);
  if (member.alert.state === 'cleared') {
    const headline = '';
    return {
      label: 'label.cleared',
      text: translate(language, 'short.cleared', { ...words, headline }),
    };
  }
  const own = localized(member.rule.message, language);
  const headline =
    own === undefined
      ? translate(language, 'headline', words)
      : `${words.where}, ${oneLine(fillTemplate(own, template))}`;
  const text = translate(language, 'digest.line', { headline, since: words.since });
  return { label: `severity.${member.alert.severity}`, text };
}

/** The commonest kinds of alerts, with how many there are of each. */
function titlesOf(members: readonly NotificationPayload[], reader: MessageReader): string {
  const counts = new Map<string, number>();
  for (const member of members) {
    const { title } = describeAlert(member, reader);
    counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, MOST_TITLES).map(([title, count]) => `${title} (${count})`);
  return shown.join(', ') + (sorted.length > MOST_TITLES ? ', …' : '');
}

/** What is active goes before what is over, and the worse before the less bad. */
function rank({ alert }: NotificationPayload): number {
  return SEVERITIES.indexOf(alert.severity) + (alert.state === 'active' ? SEVERITIES.length : 0);
}
