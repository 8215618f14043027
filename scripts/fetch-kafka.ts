// Fetches Apache Kafka's own broker, which the tests in test/scale run against, into a folder of its own.
// Needs Java and Maven. Run by `npm run fetch:kafka`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KAFKA_ARTIFACT, KAFKA_JARS, whatKafkaLacks } from '#test/support/kafka-jars.ts';

function pom(): string {
  const [group, artifact, version] = KAFKA_ARTIFACT.split(':');
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>vigie.test</groupId><artifactId>kafka</artifactId><version>1</version><dependencies><dependency>
<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>
</dependency></dependencies></project>`;
}

function fetchJars(): number {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-kafka-jars-'));
  try {
    writeFileSync(join(folder, 'pom.xml'), pom());
    mkdirSync(KAFKA_JARS, { recursive: true });
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${KAFKA_JARS}`];
    const { status } = spawnSync('mvn', ['-q', '-B', ...goal], { cwd: folder, stdio: 'inherit' });
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (whatKafkaLacks() === undefined) console.log(`Kafka is in ${KAFKA_JARS}`);
else process.exitCode = fetchJars();
