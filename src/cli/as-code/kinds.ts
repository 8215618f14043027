import { ContactInput } from '#domain/notification.ts';
import { formatTime, parseTime } from '#domain/time.ts';
import { inputCheck } from '#operations/check-input.ts';
import { readWindowInput } from '#operations/maintenance-window/window-input.ts';
import { readOnCallInput } from '#operations/on-call/on-call-input.ts';
import { readPlaceInput } from '#operations/place/place-input.ts';
import { readPolicyInput } from '#operations/policy/policy-input.ts';
import { readRuleInput } from '#operations/rule/rule-input.ts';
import { READ_ONLY, readSensorInput } from '#operations/sensor/sensor-input.ts';
import { readTemplateInput } from '#operations/template/template-input.ts';

// Tested by: cli/as-code/as-code.test.ts, test/e2e/as-code.test.ts

export type Fields = Record<string, unknown>;

/** A kind of thing that files can describe. */
export interface Kind {
  name: string;
  /** Of its list in the API. */
  path: string;
  /** No thing of the kind names another: they can be written in any order, and several at once. */
  areAlone: boolean;
  /** The API's own check; throws a `VigieError` with every problem. */
  check(body: Fields): unknown;
  /** Members of an answer that nobody writes, and the mark that `apply` writes by itself. */
  serverMade: readonly string[];
  /** Whether it carries the mark of the set of files that made it, so that it can be pruned. */
  isMarked: boolean;
  /** The fields with what the API fills in or writes in another way, so that two can be compared. */
  settle(fields: Fields, id: string): Fields;
}

/** In the order in which they need each other. */
export const KINDS: readonly Kind[] = [
  {
    name: 'template',
    path: '/v1/templates',
    areAlone: true,
    check: readTemplateInput,
    serverMade: ['id', 'created_at', 'updated_at', 'warnings', 'managed_by'],
    isMarked: true,
    settle: (fields, id) => ({ name: id, ...fields }),
  },
  {
    name: 'contact',
    path: '/v1/contacts',
    areAlone: false,
    check: inputCheck(ContactInput, { ignore: ['created_at', 'updated_at', 'failing'] }),
    serverMade: ['id', 'created_at', 'updated_at', 'failing', 'managed_by'],
    isMarked: true,
    settle: (fields, id) => ({
      ...{ name: id, language: 'en', time_zone: 'UTC', enabled: true },
      ...fields,
    }),
  },
  {
    name: 'on-call',
    path: '/v1/on-call',
    areAlone: false,
    check: readOnCallInput,
    serverMade: [
      'id',
      'created_at',
      'updated_at',
      'at',
      'contact',
      'until',
      'handovers',
      'managed_by',
    ],
    isMarked: true,
    settle: (fields) => fields,
  },
  {
    name: 'policy',
    path: '/v1/policies',
    areAlone: false,
    check: readPolicyInput,
    serverMade: ['id', 'created_at', 'updated_at', 'managed_by'],
    isMarked: true,
    settle: (fields) => ({ enabled: true, ...fields }),
  },
  {
    name: 'rule',
    path: '/v1/rules',
    areAlone: true,
    check: readRuleInput,
    serverMade: ['id', 'revision', 'created_at', 'updated_at', 'built_in', 'managed_by'],
    isMarked: true,
    settle: (fields) => ({ enabled: true, ...fields }),
  },
  {
    name: 'maintenance-window',
    path: '/v1/maintenance-windows',
    areAlone: true,
    check: readWindowInput,
    serverMade: ['id', 'created_at', 'updated_at', 'is_open', 'next', 'managed_by'],
    isMarked: true,
    settle: (fields) => ({ enabled: true, ...fields }),
  },
  {
    name: 'sensor',
    path: '/v1/sensors',
    areAlone: false,
    check: readSensorInput,
    serverMade: ['id', ...READ_ONLY],
    // What a sensor has measured is kept, whatever files say.
    isMarked: false,
    settle: settleSensor,
  },
  {
    name: 'place',
    path: '/v1/places',
    areAlone: true,
    check: readPlaceInput,
    serverMade: ['id', 'created_at', 'updated_at', 'picture'],
    // Its picture is in no file and would be gone for good.
    isMarked: false,
    settle: (fields) => ({ sensors: [], ...fields }),
  },
];

/** What people own of an answer, or of a document that an answer was copied into. */
export function ownedFields(kind: Kind, body: Fields): Fields {
  return Object.fromEntries(
    Object.entries(body).filter(([name]) => !kind.serverMade.includes(name)),
  );
}

/** A field that is null or an empty set of labels says as much as one that is not there. */
function settleSensor(fields: Fields): Fields {
  const said = Object.entries(fields).filter(
    ([name, value]) =>
      value !== null && !(name === 'labels' && Object.keys(value as object).length === 0),
  );
  const settled: Fields = Object.fromEntries(said);
  const time = parseTime(String(settled.calibration_date));
  if (time.ok) settled.calibration_date = formatTime(time.ms);
  if (settled.metrics !== undefined) settled.metrics = unitsOf(settled.metrics as Fields);
  return settled;
}

function unitsOf(metrics: Fields): Fields {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, entry]) => [name, { unit: (entry as Fields).unit }]),
  );
}
