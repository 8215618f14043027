import { examineDatabase } from '#operations/platform/examine-database.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

// Tested by: test/scale/postgres-app.test.ts

/** The clocks of database and platform may differ by this much before it matters. */
const MOST_SKEW_MS = 60_000;

/** Can it be reached, is it recent enough, may its tables be made, and does "committed" mean "on disk"? */
export async function checkDatabase(url: string): Promise<Finding[]> {
  try {
    const report = await examineDatabase(url);
    const { version, timescale, clockAheadMs } = report;
    if (!report.isRecentEnough) {
      return [fail('database', [`version ${version}`, 'upgrade it to 15 or later'])];
    }
    const extension = timescale === null ? '' : `, TimescaleDB ${timescale}`;
    const findings = [ok('database', `version ${version}${extension}`)];
    if (!report.mayCreate) {
      const advice = 'let its role own the database, or grant it CREATE on the schema';
      findings.push(fail('database role', ['may not make tables', advice]));
    }
    for (const unsafe of report.unsafe) {
      const advice = 'turn it on: an acknowledgement must mean that a reading is on disk';
      findings.push(warn('database settings', [unsafe, advice]));
    }
    if (Math.abs(clockAheadMs) > MOST_SKEW_MS) {
      const seconds = Math.round(clockAheadMs / 1000);
      findings.push(
        warn('database clock', [`${seconds} s ahead of this machine`, 'set both by NTP']),
      );
    }
    return findings;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [fail('database', [`cannot be used: ${reason}`, 'check VIGIE_POSTGRES_URL'])];
  }
}
