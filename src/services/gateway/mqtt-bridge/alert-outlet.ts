import type { Alert } from '#domain/alert.ts';
import type { Logger } from '#platform/logging.ts';

export interface AlertOutletOptions {
  /** Alerts that wait for the broker; of more, the oldest go. */
  maxWaiting: number;
  log: Logger;
}

/** Publishes with QoS 1; rejects where the broker did not take it. */
export type PublishAlert = (topic: string, payload: string) => Promise<void>;

const MAX_UNDER_WAY = 100;

/** Alerts on their way to `v1/alerts/{sensor_id}` of a broker, in order; they wait while it is away. */
export class AlertOutlet {
  readonly #options: AlertOutletOptions;
  readonly #waiting: Alert[] = [];
  #publish: PublishAlert | undefined;
  #isSending = false;
  /** Alerts that found no room, since the start. */
  dropped = 0;

  constructor(options: AlertOutletOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  add(alert: Alert): void {
    this.#waiting.push(alert);
    this.#trim();
    void this.#send();
  }

  /** Where alerts go from now on; undefined while the broker is away. */
  attach(publish: PublishAlert | undefined): void {
    this.#publish = publish;
    void this.#send();
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#publish !== undefined && this.#waiting.length > 0) {
      const publish = this.#publish;
      const alerts = this.#waiting.splice(0, MAX_UNDER_WAY);
      try {
        await Promise.all(
          alerts.map((alert) => publish(`v1/alerts/${alert.sensor_id}`, JSON.stringify(alert))),
        );
      } catch (error) {
        this.#options.log.warn({ err: error }, 'alerts could not be published at the broker');
        // Listeners know a repeated one by its id and state.
        this.#waiting.unshift(...alerts);
        this.#trim();
        if (this.#publish === publish) this.#publish = undefined;
      }
    }
    this.#isSending = false;
  }

  #trim(): void {
    const surplus = this.#waiting.length - this.#options.maxWaiting;
    if (surplus <= 0) return;
    if (this.dropped === 0) {
      this.#options.log.warn('the broker has been away for long: its oldest alerts are left out');
    }
    this.dropped += surplus;
    this.#waiting.splice(0, surplus);
  }
}
