import { type Static, Type } from 'typebox';
import { DateTime } from './page.ts';
import { Duration, RuleInput, Severity } from './rule.ts';

const strict = { additionalProperties: false } as const;

/** A rule, stored or not, and the time over which it is tried: `from` inclusive, `to` exclusive and no later than now. */
export const BacktestInput = Type.Object(
  { rule: RuleInput, from: DateTime, to: DateTime },
  { ...strict, title: 'BacktestInput' },
);

const BacktestAlert = Type.Object({
  sensor_id: Type.String(),
  severity: Severity,
  started_at: DateTime,
  cleared_at: Type.Union([DateTime, Type.Null()]),
  peak: Type.Union([Type.Number(), Type.Null()]),
});

const Suggestion = Type.Object(
  {
    deadband: Type.Union([Type.Number(), Type.Null()], {
      description: 'null where the kind of condition has none',
    }),
    on_delay: Duration,
    alerts: Type.Integer({
      description: 'How many alerts would be left on the sensors that chatter',
    }),
  },
  { description: 'The smallest change of the rule after which no sensor chatters' },
);

/** What a rule would have done. */
export const Backtest = Type.Object(
  {
    alerts: Type.Array(BacktestAlert, {
      description: 'By sensor, then by time; the severity is the highest that each reached',
    }),
    truncated: Type.Boolean({ description: 'There were more alerts than are listed' }),
    summary: Type.Object({
      samples: Type.Integer({ description: 'Samples that the rule was shown' }),
      alerts: Type.Integer(),
      sensors: Type.Integer({ description: 'Sensors that the rule covers' }),
      seconds_active: Type.Number({ description: 'Of all alerts together' }),
      chattering: Type.Array(Type.String(), {
        description: 'Sensors on which three alerts were raised within a minute',
      }),
    }),
    suggestion: Type.Union([Suggestion, Type.Null()], {
      description: 'null where nothing chatters, or where nothing that was tried ends it',
    }),
  },
  { title: 'Backtest' },
);
export type Backtest = Static<typeof Backtest>;

const BACKTEST_PHASES = ['replay', 'suggestion'] as const;

/** How far a backtest has come. Where a suggestion is looked for, a second phase counts anew. */
export const BacktestProgress = Type.Object(
  {
    phase: Type.Enum(BACKTEST_PHASES),
    done: Type.Number({ description: 'Seconds of history, added up over the sensors' }),
    total: Type.Number({
      description: 'Of as many; a suggestion may be found before all of them are searched',
    }),
    samples: Type.Integer({ description: 'That the rule has been shown' }),
  },
  { title: 'BacktestProgress' },
);
export type BacktestProgress = Static<typeof BacktestProgress>;
