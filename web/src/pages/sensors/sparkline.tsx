import { useQuery } from '@tanstack/react-query';
import { memo } from 'react';
import type { BucketsAnswer } from '#domain/history.ts';
import { historyQuery } from '../../api/history-query.ts';
import styles from './sensors.module.css';

const POINTS = 48;
const DAY_MS = 86_400_000;
const [WIDTH, HEIGHT] = [120, 28];
/** The same for every row of a quarter of an hour, so that scrolling back asks nothing. */
const STEP_MS = 900_000;

interface SparklineProps {
  sensorId: string;
  metric: string;
  isWaiting: boolean;
}

/** The last day of one metric at a glance; the numbers are beside it and on the sensor's page. */
export const Sparkline = memo(function Sparkline({ sensorId, metric, isWaiting }: SparklineProps) {
  const toMs = Math.ceil(Date.now() / STEP_MS) * STEP_MS;
  const { data } = useQuery({
    ...historyQuery({
      sensorId,
      metric,
      fromMs: toMs - DAY_MS,
      toMs,
      points: POINTS,
      // Dozens of them come with a page: a search must not wait until all are there.
      isBackground: true,
    }),
    enabled: !isWaiting,
  });
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
    >
      {data !== undefined && <path d={pathOf(data, toMs - DAY_MS)} />}
    </svg>
  );
});

function pathOf({ buckets }: BucketsAnswer, fromMs: number): string {
  const [low, high] = [
    Math.min(...buckets.map(({ min }) => min)),
    Math.max(...buckets.map(({ max }) => max)),
  ];
  // Halves: from one end of what a number holds to the other is further than a number holds.
  const span = high / 2 - low / 2 || 1;
  const stepMs = DAY_MS / POINTS;
  let before = Number.NEGATIVE_INFINITY;
  let path = '';
  for (const { timestamp, mean } of buckets) {
    const timeMs = Date.parse(timestamp);
    const x = ((timeMs - fromMs) / DAY_MS) * WIDTH;
    const y = HEIGHT - 3 - ((mean / 2 - low / 2) / span) * (HEIGHT - 6);
    path += `${timeMs - before > stepMs * 2 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}h0.01`;
    before = timeMs;
  }
  return path;
}
