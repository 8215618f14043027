import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { LogOutput } from './log-output.ts';

export type Logger = PinoLogger;

const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'set-cookie',
  'key',
  'api_key',
  'apiKey',
  'adminKey',
  'password',
  'secret',
  'token',
];
const STANDARD_OUTPUT = 1;
/** Each field by itself, one level down, and within the headers of a request. */
const SECRET_PATHS = SECRET_FIELDS.flatMap((field) => [
  `["${field}"]`,
  `*["${field}"]`,
  `*.*["${field}"]`,
]);

/**
 * Makes the logger of a process: one JSON object a line, on standard output unless a destination is given.
 * Fields that carry secrets are struck out; put no secret into a message text.
 * `level` is one of pino's levels or `silent`.
 */
export function createLogger(options: { level: string; destination?: DestinationStream }): Logger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_PATHS, censor: '[redacted]' },
  };
  return pino(settings, options.destination ?? new LogOutput(STANDARD_OUTPUT));
}

/** A request's path for the log: query values that carry secrets (`p`, `key`, `token`, …) are struck out. */
export function loggablePath(url: string): string {
  return url
    .replace(/([?&](?:p|u|key|token|password|secret)=)[^&#]*/gi, '$1[redacted]')
    .replace(/^(\/ack\/)[^?#]+/, '$1[redacted]');
}
