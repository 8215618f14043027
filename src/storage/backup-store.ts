/** The backups of an engine that can make one by itself. */
export interface BackupStore {
  /**
   * All of the platform as one file, piece by piece, while it runs: everything acknowledged before the call is in it.
   * Rejects before the first piece: `invalid_state` where another backup is under way, `storage_full`,
   * `storage_unavailable`. An error later on is thrown from the iterator; what was read until then is no backup.
   */
  backup(): Promise<AsyncIterable<Uint8Array>>;
}
