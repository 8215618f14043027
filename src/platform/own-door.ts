import { nodeHttp } from './node-http.ts';

// Tested by: services/self-watch/self-watch.test.ts

/** Sends readings by the platform's own HTTP door, as any sensor would. Rejects where they are not acknowledged. */
export async function sendReadings(
  readings: readonly object[],
  { url, key, signal }: { url: string; key: string; signal: AbortSignal },
): Promise<void> {
  const body = JSON.stringify(readings);
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const request = nodeHttp.request(
    `${url}/v1/readings`,
    { method: 'POST', headers, agent: false, signal },
    (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) resolve();
      else reject(new Error(`the reading was answered ${status}`));
    },
  );
  request.on('error', (error) => reject(signal.aborted ? signal.reason : error));
  request.end(body);
  await promise;
}
