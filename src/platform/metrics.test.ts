import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';

test('render() folds the plain numbers into the Prometheus text format', async () => {
  const metrics = new Metrics();
  const http = metrics.readings('http');
  http.accepted += 998;
  http.duplicate += 1;
  metrics.readings('http').rejected += 1;
  metrics.readings('mqtt').accepted += 2;
  metrics.samples.total += 2994;
  metrics.deliveries.add({ channel: 'email', outcome: 'sent' });
  metrics.deliveries.add({ channel: 'email', outcome: 'sent' });
  metrics.watch('vigie_queue_depth', 'Readings that wait.', () => 17);
  const { contentType, text } = await metrics.render();
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(text).toContain('# TYPE vigie_readings_total counter');
  expect(text).toContain('vigie_readings_total{outcome="accepted",source="http"} 998');
  expect(text).toContain('vigie_readings_total{outcome="rejected",source="http"} 1');
  expect(text).toContain('vigie_samples_total 2994');
  expect(text).toContain('vigie_deliveries_total{channel="email",outcome="sent"} 2');
  expect(text).toContain('# TYPE vigie_queue_depth gauge');
  expect(text).toContain('vigie_queue_depth 17');
  expect(metrics.readingsAccepted).toBe(1000);
});

test('a histogram counts cumulatively, its bounds inclusive', async () => {
  const metrics = new Metrics();
  metrics.commit.observe(0.001);
  metrics.commit.observe(0.002, 3);
  metrics.commit.observe(99);
  const { text } = await metrics.render();
  expect(text).toContain('vigie_commit_seconds_bucket{le="0.0005"} 0');
  expect(text).toContain('vigie_commit_seconds_bucket{le="0.001"} 1');
  expect(text).toContain('vigie_commit_seconds_bucket{le="0.0025"} 4');
  expect(text).toContain('vigie_commit_seconds_bucket{le="30"} 4');
  expect(text).toContain('vigie_commit_seconds_bucket{le="+Inf"} 5');
  expect(text).toContain('vigie_commit_seconds_count 5');
  expect(text).toMatch(/vigie_commit_seconds_sum 99\.007/);
});

test('process metrics are there when asked for, and two registries do not meet', async () => {
  const [one, other] = [new Metrics({ processMetrics: true }), new Metrics()];
  one.samples.total += 5;
  expect((await one.render()).text).toContain('process_resident_memory_bytes');
  expect((await other.render()).text).toContain('vigie_samples_total 0');
});

test('a name cannot be watched twice', () => {
  const metrics = new Metrics();
  metrics.watch('vigie_queue_depth', 'Readings that wait.', () => 1);
  expect(() => metrics.watch('vigie_queue_depth', 'Again.', () => 2)).toThrow(/already/);
});
