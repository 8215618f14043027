import type {
  BucketSlice,
  HistoryStore,
  LateSlice,
  PageOrder,
  SampleSlice,
  SeriesRange,
} from '#storage/history-store.ts';

/** A history in arrays, for tests of what stands above it; the real ones have their contract. */
export class MemoryHistory implements HistoryStore {
  readonly #series = new Map<number, { timeMs: number; value: number }[]>();

  add(seriesId: number, timeMs: number, value: number): void {
    const samples = this.#series.get(seriesId) ?? [];
    samples.push({ timeMs, value });
    samples.sort((a, b) => a.timeMs - b.timeMs);
    this.#series.set(seriesId, samples);
  }

  /** Many at once, in ascending time. */
  fill(seriesId: number, samples: readonly { timeMs: number; value: number }[]): void {
    this.#series.set(seriesId, [...samples]);
  }

  #within(range: SeriesRange & Pick<PageOrder, 'descending'>) {
    const samples = this.#series.get(range.seriesId) ?? [];
    const found = samples.filter(({ timeMs }) => timeMs >= range.fromMs && timeMs < range.toMs);
    return range.descending ? found.reverse() : found;
  }

  async samples(range: Parameters<HistoryStore['samples']>[0]): Promise<SampleSlice> {
    const found = this.#within(range).slice(0, range.limit);
    return {
      count: found.length,
      timesMs: Float64Array.from(found, ({ timeMs }) => timeMs),
      values: Float64Array.from(found, ({ value }) => value),
    };
  }

  async buckets(range: Parameters<HistoryStore['buckets']>[0]): Promise<BucketSlice> {
    const { intervalMs, limit } = range;
    const groups = Map.groupBy(
      this.#within(range),
      ({ timeMs }) => Math.floor(timeMs / intervalMs) * intervalMs,
    );
    const buckets = [...groups].slice(0, limit).map(([startMs, samples]) => {
      const values = samples.map(({ value }) => value);
      return { startMs, values, sum: values.reduce((sum, value) => sum + value, 0) };
    });
    return {
      count: buckets.length,
      startsMs: Float64Array.from(buckets, ({ startMs }) => startMs),
      min: Float64Array.from(buckets, ({ values }) => Math.min(...values)),
      mean: Float64Array.from(buckets, ({ values, sum }) => sum / values.length),
      max: Float64Array.from(buckets, ({ values }) => Math.max(...values)),
      samples: Float64Array.from(buckets, ({ values }) => values.length),
    };
  }

  /** It keeps no time of receipt: nothing in it came late. */
  async late({ fromMs }: Parameters<HistoryStore['late']>[0]): Promise<LateSlice> {
    const none = new Float64Array(0);
    return {
      count: 0,
      firstsMs: none,
      lastsMs: none,
      samples: none,
      longestMs: none,
      fromMs,
    };
  }

  async bounds(range: Parameters<HistoryStore['bounds']>[0]) {
    const found = this.#within(range);
    const [first, last] = [found[0], found.at(-1)];
    return first && last ? { firstMs: first.timeMs, lastMs: last.timeMs } : undefined;
  }

  async stored(seriesIds: Int32Array, timesMs: Float64Array): Promise<Float64Array> {
    return Float64Array.from(seriesIds, (seriesId, i) => {
      const found = this.#series.get(seriesId)?.find(({ timeMs }) => timeMs === timesMs[i]);
      return found?.value ?? Number.NaN;
    });
  }

  async *export(request: Parameters<HistoryStore['export']>[0]): AsyncIterable<Uint8Array> {
    yield Buffer.from('sensor_id,metric,unit,timestamp,value\n');
    for (const { seriesId, sensorId, metric, unit } of request.series) {
      for (const { timeMs, value } of this.#within({ ...request, seriesId })) {
        const time = new Date(timeMs).toISOString();
        yield Buffer.from(`${sensorId},${metric},${unit ?? ''},${time},${value}\n`);
      }
    }
  }

  async deleteBefore(beforeMs: number): Promise<number> {
    let deleted = 0;
    for (const [id, samples] of this.#series) {
      const kept = samples.filter(({ timeMs }) => timeMs >= beforeMs);
      deleted += samples.length - kept.length;
      this.#series.set(id, kept);
    }
    return deleted;
  }

  async count(): Promise<number> {
    return [...this.#series.values()].reduce((sum, samples) => sum + samples.length, 0);
  }

  async close(): Promise<void> {}
}
