/** SQL: the time at a parameter or column that counts the engine's microseconds, whole, since 2000. */
export const timeAt = (micros: string): string =>
  `(timestamptz '2000-01-01 00:00:00+00' + ${micros}::bigint * interval '1 microsecond')`;
