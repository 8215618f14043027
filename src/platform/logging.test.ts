import { expect, test } from 'vitest';
import { createLogger, loggablePath } from './logging.ts';

function captured(level: string) {
  const lines: string[] = [];
  const logger = createLogger({ level, destination: { write: (line) => void lines.push(line) } });
  return { logger, lines };
}

test('the logger strikes out keys and authorization at three depths', () => {
  const { logger, lines } = captured('info');
  logger.info({ authorization: 'Bearer s3cret', key: 's3cret' }, 'flat');
  logger.info({ contact: { secret: 's3cret', name: 'anne' } }, 'one down');
  logger.info({ req: { headers: { authorization: 's3cret', cookie: 's3cret' } } }, 'headers');
  expect(lines.join('')).not.toContain('s3cret');
  expect(lines.join('')).toContain('anne');
});

test('the logger keeps quiet below its level', () => {
  const { logger, lines } = captured('warn');
  logger.info('not heard');
  logger.warn('heard');
  expect(lines).toHaveLength(1);
});

test('loggablePath() strikes out the password of an InfluxDB client', () => {
  expect(loggablePath('/write?db=x&u=key&p=s3cret&precision=ms')).toBe(
    '/write?db=x&u=[redacted]&p=[redacted]&precision=ms',
  );
});

test('loggablePath() strikes out the token of a link, which stands for a person', () => {
  expect(loggablePath('/ack/abc.def?x=1')).toBe('/ack/[redacted]?x=1');
});
