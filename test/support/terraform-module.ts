import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// Tested by: test/deploy/terraform.test.ts

interface Declared {
  description?: string;
  type?: string;
  default?: unknown;
}
type Named<T> = Record<string, T[]>;
interface Body {
  variable?: Named<Declared>;
  output?: Named<Declared>;
  module?: Named<Record<string, unknown>>;
  locals?: Record<string, unknown>[];
  resource?: Record<string, Named<unknown>>;
  data?: Record<string, Named<unknown>>;
  ephemeral?: Record<string, Named<unknown>>;
}

// Not imported: its types would bring those of browsers into the whole program.
const { parse } = createRequire(import.meta.url)('@cdktf/hcl2json') as {
  parse(name: string, text: string): Promise<Body>;
};

/** A folder of Terraform files, as far as names go. */
export interface TerraformModule {
  variables: Map<string, Declared>;
  outputs: Map<string, Declared>;
  modules: Map<string, Record<string, unknown>>;
  /** Everything that can be referred to, as it is written: `var.name`, `aws_vpc.main`, `data.aws_region.current`. */
  declared: Set<string>;
  /** Everything that is referred to. */
  references: Set<string>;
}

const REFERENCE =
  /(?<![\w.])(?:(?:var|local|module)\.\w+|(?:data|ephemeral)\.\w+\.\w+|(?:aws|random)_\w+\.\w+)/g;

/** Every text inside of a value. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]);
}

function referencesOf(body: Body): string[] {
  // Only what stands in ${…} is an expression; all else is text that looks like one.
  return textsOf(body)
    .filter((text) => text.includes('${'))
    .flatMap((text) => text.slice(text.indexOf('${')).match(REFERENCE) ?? []);
}

function declaredIn(body: Body): string[] {
  const typed = (kinds: Record<string, Named<unknown>> = {}, prefix = '') =>
    Object.entries(kinds).flatMap(([type, named]) =>
      Object.keys(named).map((name) => `${prefix}${type}.${name}`),
    );
  return [
    ...Object.keys(body.variable ?? {}).map((name) => `var.${name}`),
    ...Object.keys(body.module ?? {}).map((name) => `module.${name}`),
    ...(body.locals ?? []).flatMap((block) => Object.keys(block).map((name) => `local.${name}`)),
    ...typed(body.resource),
    ...typed(body.data, 'data.'),
    ...typed(body.ephemeral, 'ephemeral.'),
  ];
}

/** Reads the `.tf` files of a folder; rejects where one is no HCL. */
export async function readTerraformModule(folder: string): Promise<TerraformModule> {
  const module: TerraformModule = {
    variables: new Map(),
    outputs: new Map(),
    modules: new Map(),
    declared: new Set(),
    references: new Set(),
  };
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.tf'))) {
    const body = await parse(file, readFileSync(join(folder, file), 'utf8'));
    for (const name of declaredIn(body)) module.declared.add(name);
    for (const name of referencesOf(body)) module.references.add(name);
    for (const [into, from] of [
      [module.variables, body.variable],
      [module.outputs, body.output],
      [module.modules, body.module],
    ] as const) {
      for (const [name, [block]] of Object.entries(from ?? {})) into.set(name, block ?? {});
    }
  }
  return module;
}
