import { Type } from 'typebox';

/** A contact on this channel has nothing to set. */
export const NullSettings = Type.Object({}, { additionalProperties: false });
