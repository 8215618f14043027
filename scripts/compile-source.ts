import { stripTypeScriptTypes } from 'node:module';

/** Files of `src/` that run; the rest is for those who work on it. */
export function isShipped(path: string): boolean {
  return !/(?:\.test|\.contract)\.ts$|(?:^|\/)README\.md$/.test(path);
}

/**
 * One TypeScript file as JavaScript: types become blanks, so lines and columns of stack traces stay true, and
 * every `.ts` in a relative or `#room` path (imports, worker files) becomes `.js`.
 */
export function compileSource(source: string): string {
  return stripTypeScriptTypes(source).replace(
    /(['"])((?:\.{1,2}|#[\w-]+)\/[^'"\n]*)\.ts\1/g,
    '$1$2.js$1',
  );
}

/** The `imports` of package.json as they hold inside the folder of the compiled files. */
export function compiledImports(imports: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(imports)
      .filter(([, target]) => target.startsWith('./src/'))
      .map(([name, target]) => [name, target.replace('./src/', './').replace(/\.ts$/, '.js')]),
  );
}
