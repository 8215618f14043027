import type { Authenticator } from '#operations/access/authenticator.ts';
import type { OneTimeCodes } from '#operations/access/one-time-codes.ts';
import type { OperationServices } from '#operations/context.ts';
import type { HttpServer } from '#platform/http-server.ts';
import type { Logger } from '#platform/logging.ts';
import type { Metrics } from '#platform/metrics.ts';
import type { RateLimiter } from '#platform/rate-limiter.ts';

/** One part that must work before the platform takes work: throws, or rejects, where it does not. */
export type ReadinessCheck = () => Promise<void> | void;

export interface ApiOptions {
  http: HttpServer;
  /** A process without the role api serves `operations`: health and metrics. Everything unless given. */
  serves?: 'everything' | 'operations';
  services: OperationServices;
  authenticator: Authenticator;
  codes: OneTimeCodes;
  /** The same one as the gateway's, so that a key has one limit. */
  rateLimiter: RateLimiter;
  metrics: Metrics;
  logger: Logger;
  /** By name, as `/health/ready` shows them. */
  readiness: Readonly<Record<string, ReadinessCheck>>;
  /** Other systems, shown there by name. One that is away does not keep the platform from taking work. */
  connections?: Readonly<Record<string, () => boolean>>;
  /** Of the product. */
  version: string;
  /** For the lines of the dashboard; 0 = no MQTT. */
  mqttPort: () => number;
  /** Tests have every answer checked against the schema that it is documented with. */
  checkAnswers?: boolean;
}
