import { expect, test } from 'vitest';
import { compiledImports, compileSource, isShipped } from './compile-source.ts';

test('types become blanks, so that every other character stays where it was', () => {
  const source = "const port: number = 1;\nexport type Port = number;\nthrow new Error('x');\n";
  const compiled = compileSource(source);
  expect(compiled).not.toContain('number');
  expect(compiled.indexOf('throw')).toBe(source.indexOf('throw'));
});

test('imports, dynamic imports and worker files lead to JavaScript; other texts stay', () => {
  const source = [
    "import { a } from './a.ts';",
    "import { b } from '#room/deep/b.ts';",
    "import json from '../c.json' with { type: 'json' };",
    "const d = await import('../d.ts');",
    "new Worker(new URL('./worker.ts', import.meta.url));",
    "console.log('see src/e.ts', a, b, json, d);",
  ].join('\n');
  expect(compileSource(source)).toBe(
    source
      .replace('./a.ts', './a.js')
      .replace('b.ts', 'b.js')
      .replace('d.ts', 'd.js')
      .replace('worker.ts', 'worker.js'),
  );
});

test('import names keep pointing at their rooms, and those outside src are left out', () => {
  expect(
    compiledImports({
      '#app': './src/app.ts',
      '#domain/*': './src/domain/*',
      '#test/*': './test/*',
    }),
  ).toEqual({ '#app': './app.js', '#domain/*': './domain/*' });
});

test('tests, contract suites and READMEs are not shipped', () => {
  const paths = ['a/b.ts', 'a/b.test.ts', 'a/b.contract.ts', 'a/README.md', 'a/en.json', 'm.sql'];
  expect(paths.filter(isShipped)).toEqual(['a/b.ts', 'a/en.json', 'm.sql']);
});
