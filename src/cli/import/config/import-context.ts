import type { Language } from '#domain/language.ts';
import type { ConfigDraft } from './config-draft.ts';
import type { ImportReport } from './import-report.ts';
import type { SeverityNames } from './severity.ts';

// Tested by: cli/import/alertmanager/alertmanager.test.ts

/** An alert as its program names it, and the rules that it became. */
export interface ImportedAlert {
  name: string;
  /** Labels that the rule itself sets; `severity` among them. */
  labels: Readonly<Record<string, string>>;
  ruleIds: string[];
}

/** What every importer is given and adds to. */
export interface ImportContext {
  draft: ConfigDraft;
  report: ImportReport;
  severities: SeverityNames;
  /** Labels whose value is a sensor's id. */
  sensorLabels: readonly string[];
  /** Metrics of Vigie by the foreign ones, where they differ. */
  metrics: Readonly<Record<string, string>>;
  /** Of the texts in the files. */
  language: Language;
  /** The alerts of the files read so far, for policies that name them. */
  alerts: ImportedAlert[];
  /** ms since the epoch. */
  nowMs: number;
}
