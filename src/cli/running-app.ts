import type { Config } from '#config/settings.ts';

/** What `serve` needs of the platform that it started. */
export interface RunningApp {
  /** The address of HTTP as this machine reaches it, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** undefined where MQTT is off. */
  readonly mqttPort: number | undefined;
  /** The first admin key, where it was made at this start: it is shown now and never again. */
  readonly newAdminKey: string | undefined;
  /** Code of the sign-in link, for 15 minutes; undefined where the api role does not run. */
  readonly signInCode: string | undefined;
  /** Resolves when everything is down; bounded in time. */
  stop(): Promise<void>;
}

/** Builds and starts the platform; rejects where a part of it cannot start, with nothing left open. */
export type AppStarter = (config: Config) => Promise<RunningApp>;
