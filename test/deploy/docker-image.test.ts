import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';
import { expect, onTestFinished, test } from 'vitest';
import { call, spawnPlatform, temporaryFolder } from '../support/spawn-platform.ts';
import { needTools, root, runTool } from '../support/tools.ts';

// No Docker engine is asked for: the steps of the Dockerfile are taken in empty folders instead, and what they
// leave is started as the image's user.

const path = 'deploy/docker/Dockerfile';
const instructions = DockerfileParser.parse(
  readFileSync(join(root, path), 'utf8'),
).getInstructions();
const USER = 65532;

interface Stage {
  readonly folder: string;
  readonly steps: readonly Instruction[];
}

/** `FROM … AS name` up to the next one; every stage gets a folder that stands for its `/`. */
function readStages(parent: string): Stage[] {
  const starts = instructions.flatMap((step, at) => (step.getKeyword() === 'FROM' ? [at] : []));
  return starts.map((start, at) => {
    const folder = join(parent, `stage-${at}`);
    mkdirSync(folder);
    return { folder, steps: instructions.slice(start + 1, starts[at + 1]) };
  });
}

const argumentsOf = (step: Instruction): string[] =>
  step.getArguments().map((argument) => argument.getValue());

function takeCopy(copy: Copy, places: { from: string; workdir: string; stage: string }): void {
  const values = argumentsOf(copy);
  const target = values.pop() ?? '';
  const folder = target.startsWith('/') ? join(places.stage, target) : join(places.workdir, target);
  for (const source of values) {
    const whole = values.length === 1 && !source.includes('.json');
    const to = whole ? folder : join(folder, source);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(places.from, source), to, { recursive: true, verbatimSymlinks: true });
    const owner = copy.getFlags().find((flag) => flag.getName() === 'chown');
    if (owner && process.getuid?.() === 0) chownSync(to, USER, USER);
  }
}

/** Takes the steps of a stage; the environment that it sets. */
function build(stage: Stage, earlier: readonly Stage[]): Record<string, string> {
  const env: Record<string, string> = {};
  let workdir = stage.folder;
  for (const step of stage.steps) {
    switch (step.getKeyword()) {
      case 'WORKDIR':
        workdir = join(stage.folder, argumentsOf(step)[0] ?? '');
        mkdirSync(workdir, { recursive: true });
        break;
      case 'COPY': {
        const from = (step as Copy).getFlags().some((flag) => flag.getName() === 'from');
        const source = from ? (earlier.at(-1)?.folder ?? '') : root;
        takeCopy(step as Copy, { from: source, workdir, stage: stage.folder });
        break;
      }
      case 'ENV':
        for (const pair of argumentsOf(step)) {
          const [name = '', ...value] = pair.split('=');
          env[name] = value.join('=');
        }
        break;
      case 'RUN': {
        const command = step.getArgumentsContent() ?? '';
        const run = spawnSync('sh', ['-euc', command], { cwd: workdir, encoding: 'utf8' });
        expect(run.status, `${command}\n${run.stdout}${run.stderr}`).toBe(0);
        break;
      }
    }
  }
  return env;
}

/** The JSON array that the last instruction of this kind ends with. */
function lastOf(keyword: string): string[] {
  const content = instructions
    .findLast((step) => step.getKeyword() === keyword)
    ?.getRawArgumentsContent();
  return JSON.parse(/\[.*\]$/s.exec(content ?? '')?.[0] ?? '[]');
}

test('hadolint finds nothing in the Dockerfile', (context) => {
  const { hadolint } = needTools(context, 'hadolint');
  runTool(hadolint, ['--failure-threshold', 'info', path]);
});

test('the build sees the files that its steps copy, and no other', () => {
  const ignore = readFileSync(join(root, `${path}.dockerignore`), 'utf8').split('\n');
  const copied = instructions
    .filter((step) => step.getKeyword() === 'COPY' && (step as Copy).getFlags().length === 0)
    .flatMap((step) => argumentsOf(step).slice(0, -1));
  expect(ignore.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
    '*',
    ...copied.map((name) => `!${name}`),
    // What a build in the repository has left there is not taken along.
    'web/dist',
    'web/node_modules',
  ]);
});

test('the image is built on the Node.js that the lock file names', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const [from] = instructions.map(argumentsOf);
  expect(from?.[0]).toContain(`node:${lock.packages['node_modules/node'].version}-`);
});

test('the steps of the Dockerfile give an image that runs without rights and takes a reading', async () => {
  const { path: parent, remove } = temporaryFolder('image');
  onTestFinished(remove);
  chmodSync(parent, 0o755);
  const stages = readStages(parent);
  const envs = stages.map((stage, at) => build(stage, stages.slice(0, at)));
  const image = stages.at(-1)?.folder ?? '';
  const env = envs.at(-1) ?? {};

  const [node = '', main = ''] = lastOf('ENTRYPOINT');
  const binary = join(image, 'usr/local/bin', node);
  const asUser = process.getuid?.() === 0 ? { uid: USER, gid: USER } : {};
  const platform = await spawnPlatform(
    join(image, env.VIGIE_DATA_DIR ?? ''),
    { NODE_COMPILE_CACHE: join(parent, 'compiled'), NODE_ENV: env.NODE_ENV ?? '' },
    { command: [binary, join(image, main)], ...asUser },
  );
  onTestFinished(async () => void (await platform.stop()));
  const sent = await call(`${platform.url}/v1/readings`, 'POST', {
    sensor_id: 's1',
    readings: { t: 1 },
  });
  expect(sent).toMatchObject({ status: 200, body: { accepted: 1 } });

  const [program = '', ...args] = lastOf('HEALTHCHECK');
  const health = (port: number) =>
    spawnSync(program.replace('node', binary), args, { env: { VIGIE_HTTP_PORT: String(port) } })
      .status;
  expect(health(platform.httpPort)).toBe(0);
  expect(await platform.stop()).toBe(0);
  expect(health(platform.httpPort)).toBe(1);
}, 300_000);
