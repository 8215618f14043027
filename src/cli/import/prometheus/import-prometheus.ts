import {
  importAlertmanagerConfig,
  isAlertmanagerConfig,
} from '../alertmanager/alertmanager-config.ts';
import { areSilences, importSilences } from '../alertmanager/silences.ts';
import type { ImportContext } from '../config/import-context.ts';
import type { SourceDocument } from '../config/source-document.ts';
import { groupsPath, importAlertRules } from './alert-rules.ts';

// Tested by: cli/import/alertmanager/alertmanager.test.ts

/** Rule files, the configuration of Alertmanager and its silences, told apart by what is in them. Rules come first: routes name them. */
export function importPrometheus(sources: readonly SourceDocument[], context: ImportContext): void {
  const rest = sources.filter((source) => {
    if (groupsPath(source) === undefined) return true;
    importAlertRules(source, context);
    return false;
  });
  for (const source of rest) {
    if (isAlertmanagerConfig(source.value)) importAlertmanagerConfig(source, context);
    else if (areSilences(source.value)) importSilences(source, context);
    else if (!isEmpty(source.value)) {
      const reason = 'it has no groups of rules, no route with receivers, and no silences';
      context.report.leftOut({ source, path: [], what: 'document' }, reason);
    }
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
