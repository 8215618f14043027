// Writes what is made from the code (`npm run generate`), or with --check tells what differs (`npm run drift`).
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeDrift } from './describe-drift.ts';
import { generatedFiles } from './generated-files.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Folders in which nothing lies that is not generated. */
const OWN_FOLDERS = ['docs/api', 'docs/schemas'];

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

function check(files: ReadonlyMap<string, string>): void {
  const problems = [...files].flatMap(
    ([path, text]) => describeDrift({ path, present: readOrUndefined(path), wanted: text }) ?? [],
  );
  for (const folder of OWN_FOLDERS) {
    for (const name of readdirSync(join(root, folder))) {
      const path = `${folder}/${name}`;
      if (!files.has(path)) problems.push(`${path}: is no longer generated; remove it`);
    }
  }
  if (problems.length > 0) {
    console.error(problems.join('\n'));
    console.error(`drift: ${problems.length} file(s) differ; run npm run generate and commit them`);
    process.exitCode = 1;
  } else console.log(`drift: none in ${files.size} files`);
}

const files = await generatedFiles();
if (process.argv.includes('--check')) check(files);
else {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  console.log(`generate: ${files.size} files written`);
}
