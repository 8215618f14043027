import type { Fields } from '../../as-code/kinds.ts';
import type { ConfigDraft } from '../config/config-draft.ts';

// Tested by: cli/import/uptime-kuma/uptime-kuma.test.ts, cli/import/grafana/grafana.test.ts

/** The policy that tells these contacts, for rules that name it; one for all rules that tell the same as often. Answers its id. */
export function onlyPolicy(
  draft: ConfigDraft,
  { contacts, ...more }: { contacts: readonly string[]; repeat?: string },
): string {
  const name = `only ${[...contacts, ...Object.values(more)].join(', ')}`.slice(0, 200);
  const known = draft.documents.find(
    ({ kind, fields }) => kind === 'policy' && fields.name === name,
  );
  return (
    known?.id ??
    draft.add('policy', name, { name, match: { rules: [] }, steps: [{ contacts }], ...more })
  );
}

/** Lets such a policy match the rules that name it, and no others: an empty list would match every rule. */
export function addToPolicy(
  draft: ConfigDraft,
  policyId: string,
  ruleIds: readonly string[],
): void {
  const policy = draft.documents.find(({ kind, id }) => kind === 'policy' && id === policyId);
  const match = policy?.fields.match as Fields | undefined;
  if (Array.isArray(match?.rules)) match.rules.push(...ruleIds);
}
