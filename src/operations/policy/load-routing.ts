import type { MaintenanceWindow } from '#domain/maintenance-window.ts';
import type { Contact, Policy } from '#domain/notification.ts';
import type { OnCall } from '#domain/on-call.ts';
import { PreparedWindow } from '#engine/alarms/maintenance.ts';
import { prepareRouting, type Routing } from '#engine/routing/prepare-routing.ts';
import type { StateDb, StateTransaction } from '#storage/state/state-store.ts';
import { allDocuments } from '../documents.ts';

// Tested by: policy.test.ts

/** A customer's policies, contacts, rotations and maintenance windows as they are now. */
export async function loadRouting(
  db: StateDb | StateTransaction,
  customer: string,
): Promise<Routing> {
  const all = <T>(kind: 'policy' | 'contact' | 'on-call' | 'maintenance-window') =>
    Array.fromAsync(allDocuments<T>(db, { customer, kind }));
  const policies = await all<Policy>('policy');
  const contacts = await all<Contact>('contact');
  const routing = prepareRouting(policies, contacts, await all<OnCall>('on-call'));
  const windows = await all<MaintenanceWindow>('maintenance-window');
  return { ...routing, windows: prepareWindows(windows) };
}

/** A window that was made by another version and cannot be read keeps nobody from being told. */
function prepareWindows(windows: readonly MaintenanceWindow[]): PreparedWindow[] {
  return windows
    .filter(({ enabled }) => enabled)
    .flatMap((window) => {
      try {
        return [new PreparedWindow(window)];
      } catch {
        return [];
      }
    });
}
