import { Command, CommanderError } from 'commander';
import { ConfigError } from '#config/settings.ts';
import { VERSION } from '#config/version.ts';
import { VigieError } from '#domain/errors.ts';
import { addApply } from './apply.ts';
import { addBacktest } from './backtest.ts';
import { addBackup } from './backup.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandHost, printLine } from './command-host.ts';
import { addDoctor } from './doctor.ts';
import { addExport } from './export.ts';
import { addImport } from './import.ts';
import { addKeys } from './keys.ts';
import { addMigrate } from './migrate.ts';
import { addRestore } from './restore.ts';
import { addServe } from './serve.ts';
import { addSimulate } from './simulate.ts';

/** Adds one command to the program. `host` is the process it runs in. */
type AddCommand = (program: Command, host: CommandHost) => void;

const COMMANDS: readonly AddCommand[] = [
  addServe,
  addSimulate,
  addImport,
  addExport,
  addApply,
  addBacktest,
  addKeys,
  addBackup,
  addRestore,
  addMigrate,
  addDoctor,
];

const EXIT_CODES = `
Exit codes: 0 done · 1 failed · 2 wrong usage or settings · 3 the platform cannot be reached ·
            4 imported, and something was left out
Settings:   environment, .env and options; see docs/settings.md`;

function createProgram(host: CommandHost): Command {
  const program = new Command('vigie')
    .description('Takes in readings from sensors, raises alerts, tells the right people.')
    .version(VERSION, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.out.write(text),
      writeErr: (text) => host.err.write(text),
    })
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(add --help for the options and examples)');
  for (const add of COMMANDS) add(program, host);
  // Commander hands these down only to commands made afterwards by `command()`.
  for (const command of program.commands) inherit(program, command);
  return program;
}

function inherit(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent);
  for (const below of command.commands) inherit(command, below);
}

/**
 * Runs the command that `args` (without node and script) name; answers the exit code of the process.
 * Errors are printed here, with their code, and never thrown.
 */
export async function runCommandLine(args: readonly string[], host: CommandHost): Promise<number> {
  try {
    await createProgram(host).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return report(error, host);
  }
}

function report(error: unknown, host: CommandHost): number {
  if (error instanceof CommanderError) {
    // Commander has printed its message; help and version end well.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (error instanceof ConfigError) {
    printLine(host.err, `vigie: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof CommandError || error instanceof VigieError) {
    printLine(host.err, `vigie: ${error.message} [${error.code}]`);
    return error instanceof CommandError ? error.exitCode : EXIT.failed;
  }
  if (host.signal.aborted) {
    printLine(host.err, 'vigie: stopped [aborted]');
    return EXIT.failed;
  }
  const { code, message, stack } = error as NodeJS.ErrnoException;
  // A system error (a port taken, a file missing) explains itself; for all else the stack is needed.
  printLine(host.err, `vigie: ${code === undefined ? (stack ?? message) : `${message} [${code}]`}`);
  return EXIT.failed;
}
