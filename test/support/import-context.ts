import { ConfigDraft } from '#cli/import/config/config-draft.ts';
import type { ImportContext } from '#cli/import/config/import-context.ts';
import { ImportReport } from '#cli/import/config/import-report.ts';
import { SeverityNames } from '#cli/import/config/severity.ts';
import { parseSource, type SourceDocument } from '#cli/import/config/source-document.ts';

/** What importers are given, with the defaults of the command. */
export function makeImportContext(over: Partial<ImportContext> = {}): ImportContext {
  return {
    draft: new ConfigDraft(),
    report: new ImportReport(),
    severities: new SeverityNames(),
    sensorLabels: ['sensor_id', 'instance'],
    metrics: {},
    language: 'en',
    alerts: [],
    nowMs: Date.parse('2026-11-28T12:00:00Z'),
    ...over,
  };
}

/** Documents of a file that is only a text, by its name. */
export function sourcesOf(files: Readonly<Record<string, string>>): SourceDocument[] {
  return Object.entries(files).flatMap(([name, text]) => parseSource(name, text));
}
