// Every statement on the samples, in one place. Times are parameters of whole microseconds since 2000.
// Tested by: test/scale/postgres-store.test.ts

import { timeAt } from '../time-sql.ts';
import { micros } from './number-rows.ts';

const IN_RANGE = `series = $1 AND time >= ${timeAt('$2')} AND time < ${timeAt('$3')}`;
const BUCKET = (parameter: string): string =>
  `date_bin(${parameter}::bigint * interval '1 microsecond', time, timestamptz '1970-01-01 00:00:00+00')`;

const direction = (descending = false): string => (descending ? 'DESC' : 'ASC');

export const selectSamples = (descending?: boolean): string => `
  SELECT ${micros('time')}, value FROM samples WHERE ${IN_RANGE} ORDER BY time ${direction(descending)} LIMIT $4`;

/** $4: interval in microseconds, $5: limit. */
export const selectBuckets = (descending?: boolean): string => `
  SELECT ${micros(BUCKET('$4'))} AS start, min(value), avg(value), max(value), count(*)
  FROM samples WHERE ${IN_RANGE} GROUP BY start ORDER BY start ${direction(descending)} LIMIT $5`;

/**
 * The same from rollups where they hold: days ($6 from, $7 to; whole ones within the range) that are done are read from
 * the rollup, everything else from the samples.
 */
export const bucketsWithRollup = (rollup: string, descending?: boolean): string => `
  WITH done AS MATERIALIZED (
    SELECT day::timestamp AT TIME ZONE 'UTC' AS first, (day + 1)::timestamp AT TIME ZONE 'UTC' AS next
    FROM rollup_days WHERE state = 'done' AND day >= ${timeAt('$6')}::date AND day < ${timeAt('$7')}::date),
  spans AS (
    SELECT min(first) AS first, max(next) AS next FROM (
      SELECT first, next, first - (row_number() OVER (ORDER BY first)) * interval '1 day' AS island FROM done) AS days
    GROUP BY island),
  gaps AS (
    SELECT lag(next, 1, ${timeAt('$2')}) OVER (ORDER BY first) AS first, first AS next FROM spans
    UNION ALL
    SELECT coalesce(max(next), ${timeAt('$2')}), ${timeAt('$3')} FROM spans),
  parts AS (
    SELECT part.time, min, max, sum, count FROM spans, LATERAL (
      SELECT time, min, max, sum, count FROM ${rollup} AS rolled
      WHERE series = $1 AND rolled.time >= spans.first AND rolled.time < spans.next) AS part
    UNION ALL
    SELECT part.time, value, value, value, 1 FROM gaps, LATERAL (
      SELECT time, value FROM samples
      WHERE series = $1 AND samples.time >= gaps.first AND samples.time < gaps.next) AS part
    WHERE gaps.first < gaps.next)
  SELECT ${micros(BUCKET('$4'))} AS start, min(min), sum(sum) / sum(count)::double precision, max(max), sum(count)::bigint
  FROM parts GROUP BY start ORDER BY start ${direction(descending)} LIMIT $5`;

/** What is later than this is in the index `samples_late`, and found without looking at the others. */
export const INDEXED_LATE_MS = 600_000;
const IS_INDEXED = "received - time > interval '10 minutes'";

/** $4: the interval, $5: later than this is late, both in microseconds. */
export const selectLate = (isIndexed: boolean): string => `
  SELECT ${micros('min(time)')} AS first, ${micros('max(time)')}, count(*), ${micros('max(received - time)')}
  FROM samples WHERE ${IN_RANGE} AND received - time > $5::bigint * interval '1 microsecond'
    ${isIndexed ? `AND ${IS_INDEXED}` : ''}
  GROUP BY ${BUCKET('$4')} ORDER BY first`;

/** One row; both are null where there is nothing. */
export const SELECT_BOUNDS = `SELECT ${micros('min(time)')}, ${micros('max(time)')} FROM samples WHERE ${IN_RANGE}`;

/** $3, $4: the least and greatest of the times, so that partitions are ruled out. */
export const SELECT_STORED = `
  SELECT place, value
  FROM unnest($1::integer[], $2::bigint[]) WITH ORDINALITY AS asked (series, micros, place)
  JOIN samples ON samples.series = asked.series AND samples.time = ${timeAt('asked.micros')}
  WHERE samples.time BETWEEN ${timeAt('$3')} AND ${timeAt('$4')}`;

/** The newest sample of each series from a time on; each is one look into the index. */
export const SELECT_NEWEST = `
  SELECT asked.series, ${micros('newest.time')}, newest.value FROM unnest($1::integer[]) AS asked (series),
  LATERAL (
    SELECT time, value FROM samples WHERE samples.series = asked.series AND time >= ${timeAt('$2')}
    ORDER BY time DESC LIMIT 1) AS newest`;

export const COUNT_ALL = 'SELECT coalesce(sum(samples), 0)::bigint FROM shards';

/** Of some series at once, by their place in the list; $4: limit. */
export const SELECT_SLICE = `
  SELECT place, ${micros('time')}, value, ${micros('received')}
  FROM unnest($1::integer[]) WITH ORDINALITY AS wanted (series, place)
  JOIN samples ON samples.series = wanted.series
  WHERE time >= ${timeAt('$2')} AND time < ${timeAt('$3')}
  ORDER BY place, time LIMIT $4`;

/** Of one series, page by page; $4: limit. */
export const SELECT_PAGE = `
  SELECT ${micros('time')}, value, ${micros('received')} FROM samples WHERE ${IN_RANGE} ORDER BY time LIMIT $4`;
