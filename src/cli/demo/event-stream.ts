import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { ApiClient } from '../api-client.ts';

export interface LiveEvent {
  name: string;
  data: unknown;
}

/** The platform's live events (server-sent events) until `signal`; `onOpen` when it listens. */
export async function followEvents(
  client: ApiClient,
  path: string,
  listener: { signal: AbortSignal; onOpen: () => void; onEvent: (event: LiveEvent) => void },
): Promise<void> {
  const { signal } = listener;
  const response = await client.open(path, { signal, timeoutMs: 24 * 3_600_000 });
  listener.onOpen();
  if (!response.ok || response.body === null) return;
  const lines = createInterface({ input: Readable.fromWeb(response.body as ReadableStream) });
  let event = { name: 'message', data: '' };
  try {
    for await (const line of lines) {
      if (line === '') {
        if (event.data !== '') listener.onEvent({ name: event.name, data: JSON.parse(event.data) });
        event = { name: 'message', data: '' };
      } else if (line.startsWith('event:')) event.name = line.slice(6).trim();
      else if (line.startsWith('data:')) event.data += line.slice(5);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
