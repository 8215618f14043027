import { VigieError } from '#domain/errors.ts';
import type { ApiInstance } from '../../api-instance.ts';

/**
 * The calls that take readings are answered by the gateway before they come here. These stand in their
 * place so that another method is answered 405, and for a process without the gateway's role.
 */
export function ingestDoors(app: ApiInstance): void {
  for (const path of ['/v1/readings', '/write', '/api/v2/write']) {
    app.post(path, { config: { isOpen: true }, schema: { hide: true } }, () => {
      throw new VigieError('not_supported', 'This process takes no readings (role gateway).');
    });
  }
}
