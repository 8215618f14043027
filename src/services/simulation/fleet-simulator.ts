import type { Caller } from '#domain/caller.ts';
import { systemCaller } from '#domain/caller.ts';
import { VigieError } from '#domain/errors.ts';
import type { Clock } from '#domain/time.ts';
import type { SimulationRun, Simulator } from '#operations/simulation/simulator-port.ts';
import type { Logger } from '#platform/logging.ts';
import { sendReadings } from '#platform/own-door.ts';
import { fleetOf, valuesOf } from './fleet.ts';

// Tested by: simulation.test.ts

/** How often each sensor measures. */
const CADENCE_MS = 2000;
const SEND_TIMEOUT_MS = 10_000;

export interface FleetSimulatorOptions {
  clock: Clock;
  /** The platform's own door. */
  url(): string;
  /** A key to it that is in memory alone, until it is given back. */
  issueKey(caller: Caller): { key: string; revoke(): void };
  log: Pick<Logger, 'warn'>;
}

interface Run extends SimulationRun {
  sent: number;
  end(): Promise<void>;
}

/** Lets simulated sensors send by the platform's own HTTP door, as real ones would. Nothing of it outlives the process. */
export class FleetSimulator implements Simulator {
  readonly #options: FleetSimulatorOptions;
  readonly #runs = new Map<string, Run>();

  constructor(options: FleetSimulatorOptions) {
    this.#options = options;
  }

  readonly sensors = fleetOf;

  find(customer: string): SimulationRun | undefined {
    return this.#runs.get(customer);
  }

  start({ customer, count, forMs, onEnded }: Parameters<Simulator['start']>[0]): void {
    if (this.#runs.has(customer))
      throw new VigieError('invalid_state', 'A simulation runs already; stop it first.');
    const { clock, log } = this.#options;
    const startedMs = clock.now();
    const ending = new AbortController();
    const key = this.#options.issueKey({ ...systemCaller(customer), scopes: ['ingest'] });
    const sensorIds = fleetOf(count).map(({ id }) => id);
    let sending = Promise.resolve();
    let isSending = false;
    let ended: Promise<void> | undefined;
    const send = async () => {
      const timeMs = clock.now();
      const readings = sensorIds.map((id, index) => ({
        sensor_id: id,
        readings: valuesOf(index, { timeMs, sinceMs: timeMs - startedMs, count }),
      }));
      const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(SEND_TIMEOUT_MS)]);
      await sendReadings(readings, { url: this.#options.url(), key: key.key, signal });
      run.sent += readings.length;
    };
    /** A round that is due while the one before waits for its answer is left out. */
    const round = () => {
      if (isSending) return;
      isSending = true;
      sending = send()
        .catch((error: unknown) => {
          if (!ending.signal.aborted) log.warn({ err: error }, 'simulated readings were not taken');
        })
        .finally(() => {
          isSending = false;
        });
    };
    const finish = async () => {
      clearInterval(rounds);
      clearTimeout(end);
      ending.abort(new Error('the simulation ends'));
      await sending;
      key.revoke();
      await onEnded().catch((error: unknown) =>
        log.warn({ err: error }, 'simulated sensors could not be taken out of service'),
      );
      this.#runs.delete(customer);
    };
    const run: Run = {
      sensorIds,
      startedMs,
      endsMs: startedMs + forMs,
      sent: 0,
      end: () => {
        ended ??= finish();
        return ended;
      },
    };
    const rounds = setInterval(round, CADENCE_MS);
    const end = setTimeout(() => void run.end(), forMs);
    this.#runs.set(customer, run);
    round();
  }

  async stop(customer: string): Promise<void> {
    await this.#runs.get(customer)?.end();
  }

  /** Ends every fleet, as the platform stops. */
  async close(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.end()));
  }
}
