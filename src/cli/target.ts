import type { Command } from 'commander';
import type { Config } from '#config/settings.ts';
import { ApiClient, type ApiTarget } from './api-client.ts';
import { type CommandHost, hostConfig } from './command-host.ts';

export interface TargetOptions {
  url?: string;
  key?: string;
}

/** Adds the options by which a command finds a running platform. */
export function withTarget(command: Command): Command {
  return command
    .option(
      '--url <url>',
      'address of the platform (VIGIE_URL; else host and port of the settings)',
    )
    .option('--key <key>', 'API key (VIGIE_KEY, else VIGIE_ADMIN_KEY)');
}

export function targetOf(
  host: CommandHost,
  options: TargetOptions,
): ApiTarget & { config: Config } {
  const config = hostConfig(host, { VIGIE_URL: options.url, VIGIE_KEY: options.key });
  return { url: config.client.url ?? localUrl(config), key: config.client.key, config };
}

export function clientOf(host: CommandHost, options: TargetOptions): ApiClient {
  return new ApiClient(targetOf(host, options));
}

/** Where a platform with these settings answers on this machine. */
export function localUrl(config: Config): string {
  return `http://${localHost(config.host)}:${config.httpPort}`;
}

/** The address by which this machine reaches what listens on `host`. */
function localHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
