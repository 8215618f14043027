import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { needTools, root, runTool } from '../support/tools.ts';

const folder = join(root, 'deploy/kubernetes/postgres');
const schemas = join(root, '.tools/schemas/{{.ResourceKind}}{{.KindSuffix}}.json');

interface Cluster {
  kind: string;
  metadata: { name: string; namespace: string };
  spec: {
    instances: number;
    postgresql: {
      shared_preload_libraries: string[];
      synchronous: { number: number; dataDurability: string };
    };
    bootstrap: { initdb: { postInitApplicationSQL: string[] } };
    affinity: {
      nodeSelector: Record<string, string>;
      tolerations: { key: string; value: string; effect: string }[];
    };
  };
}

test('what Kubernetes itself knows of the database keeps to its schemas', (context) => {
  const tools = needTools(context, 'kustomize', 'kubeconform');
  const rendered = runTool(tools.kustomize, ['build', folder]);
  const args = ['-strict', '-summary', '-ignore-missing-schemas', '-schema-location', schemas];
  // The kinds of the operator have no schema in a registry.
  const summary = runTool(tools.kubeconform, args, rendered);
  expect(summary).toContain('Valid: 4, Invalid: 0, Errors: 0, Skipped: 4');
});

test('an acknowledged reading is on two machines, of the group that Terraform keeps for PostgreSQL', (context) => {
  const { kustomize } = needTools(context, 'kustomize');
  const documents = parseAllDocuments(runTool(kustomize, ['build', folder]));
  const cluster = documents
    .map((one) => one.toJS() as Cluster)
    .find((one) => one.kind === 'Cluster');
  expect(cluster?.spec.instances).toBe(3);
  const { postgresql, bootstrap, affinity } = cluster!.spec;
  expect(postgresql.synchronous).toMatchObject({ number: 1, dataDurability: 'required' });
  expect(postgresql.shared_preload_libraries).toContain('timescaledb');
  expect(bootstrap.initdb.postInitApplicationSQL.join()).toContain('EXTENSION');

  const terraform = (name: string) => readFileSync(join(root, 'deploy/terraform', name), 'utf8');
  const taint = /taint \{\s+key += "(.+)"\s+value += "(.+)"/.exec(terraform('cluster.tf'));
  const [, key = '', value] = taint ?? [];
  expect(affinity.nodeSelector).toEqual({ [key]: value });
  expect(affinity.tolerations).toEqual([{ key, value, effect: 'NoSchedule' }]);
  // The identity that may write backups goes to the service account that bears the cluster's name.
  const { name, namespace } = cluster!.metadata;
  expect(terraform('identities.tf')).toMatch(
    new RegExp(`database = \\{ namespace = "${namespace}", account = "${name}" \\}`),
  );
});
