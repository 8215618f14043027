import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { loadConfig } from '#config/settings.ts';
import { ROLES, SETTINGS } from '#config/settings-schema.ts';
import { VERSION } from '#config/version.ts';
import { TOPICS } from '#stream/kafka/topics.ts';
import { hasPods, type Manifest, renderManifests, selects } from '../support/manifests.ts';
import { temporaryFolder } from '../support/spawn-platform.ts';
import { needTools, root, runTool } from '../support/tools.ts';

const overlays = join(root, 'deploy/kubernetes/overlays');
const schemas = join(root, '.tools/schemas/{{.ResourceKind}}{{.KindSuffix}}.json');

const rendered = new Map<string, Manifest[]>();
function render(context: TestContext, overlay: string): Manifest[] {
  const { kustomize } = needTools(context, 'kustomize');
  const manifests = rendered.get(overlay) ?? renderManifests(kustomize, join(overlays, overlay));
  rendered.set(overlay, manifests);
  return manifests;
}
const ofKind = (manifests: Manifest[], ...kinds: string[]): Manifest[] =>
  manifests.filter(({ kind }) => kinds.includes(kind));

/** A folder with the keys of the Secret that the README makes. */
function writeSecrets(): string {
  const { path, remove } = temporaryFolder('secrets');
  onTestFinished(remove);
  const values = {
    'admin-key': 'a-key-of-24-letters-here',
    'postgres-url': 'postgres://vigie:secret@vigie-rw.postgres.svc:5432/vigie',
    'kafka-username': 'vigie',
    'kafka-password': 'secret',
  };
  for (const [name, value] of Object.entries(values)) writeFileSync(join(path, name), value);
  return path;
}

describe.each(['single', 'fleet'])('overlay %s', (overlay) => {
  test('every manifest keeps to the schema of Kubernetes or KEDA, and names no unknown field', (context) => {
    const tools = needTools(context, 'kustomize', 'kubeconform');
    const yaml = runTool(tools.kustomize, ['build', join(overlays, overlay)]);
    const args = ['-strict', '-summary', '-schema-location', schemas];
    expect(runTool(tools.kubeconform, args, yaml)).toContain('Invalid: 0, Errors: 0, Skipped: 0');
  });

  test('pods keep to the restricted standard of pod security, and the namespace demands it', (context) => {
    const manifests = render(context, overlay);
    const [namespace] = ofKind(manifests, 'Namespace');
    expect(namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
    for (const { spec } of manifests.filter(hasPods)) {
      const pod = spec.template.spec;
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.automountServiceAccountToken).toBe(false);
      for (const { securityContext, image } of pod.containers) {
        expect(image).toBe(`vigie:${VERSION}`);
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
      expect(pod.volumes.every(({ secret, emptyDir }) => secret ?? emptyDir)).toBe(true);
    }
  });

  test('every container answers the three probes, and has bounds', (context) => {
    const containers = render(context, overlay)
      .filter(hasPods)
      .flatMap(({ spec }) => spec.template.spec.containers);
    expect(containers.length).toBeGreaterThan(0);
    for (const { startupProbe, livenessProbe, readinessProbe, resources } of containers) {
      expect(startupProbe.httpGet).toEqual({ path: '/health/live', port: 'http' });
      expect(livenessProbe.httpGet).toEqual({ path: '/health/live', port: 'http' });
      expect(readinessProbe.httpGet).toEqual({ path: '/health/ready', port: 'http' });
      expect(Object.keys(resources.requests)).toEqual(['cpu', 'memory']);
      expect(resources.limits.memory).toBeDefined();
    }
  });

  test('secrets come by reference: none is in the manifests, and settings name files', (context) => {
    const manifests = render(context, overlay);
    expect(ofKind(manifests, 'Secret')).toEqual([]);
    const secret = SETTINGS.filter(({ kind }) => kind === 'secret').map(({ name }) => name);
    const given = [
      ...ofKind(manifests, 'ConfigMap').flatMap(({ data }) => Object.keys(data ?? {})),
      ...manifests
        .filter(hasPods)
        .flatMap(({ spec }) => spec.template.spec.containers)
        .flatMap(({ env }) => env?.map(({ name }) => name) ?? []),
    ];
    expect(given).toContain('VIGIE_ADMIN_KEY_FILE');
    expect(given.filter((name) => (secret as string[]).includes(name))).toEqual([]);
  });

  test('the settings of every pod are valid, and fit together', (context) => {
    const manifests = render(context, overlay);
    const settings = Object.assign({}, ...ofKind(manifests, 'ConfigMap').map(({ data }) => data));
    const secrets = writeSecrets();
    for (const { metadata, spec } of manifests.filter(hasPods)) {
      const [container] = spec.template.spec.containers;
      const own = container?.env?.map(({ name, value }) => [name, value]) ?? [];
      const env = Object.entries({ ...settings, ...Object.fromEntries(own) }).map(
        ([name, value]) => [name, String(value).replace('/run/secrets/vigie', secrets)],
      );
      const load = () => loadConfig({ env: Object.fromEntries(env), cwd: secrets });
      expect(load, metadata.name).not.toThrow();
      expect(load().host).toBe('0.0.0.0');
      expect(load().kafka?.partitions).toBe(overlay === 'fleet' ? 12 : undefined);
    }
  });

  test('services, budgets, scalers and network policies reach pods that there are', (context) => {
    const manifests = render(context, overlay);
    const workloads = manifests.filter(hasPods);
    const pods = workloads.map(({ spec }) => spec.template);
    for (const { spec } of ofKind(manifests, 'Service')) {
      const chosen = pods.filter((pod) =>
        selects({ matchLabels: spec.selector }, pod.metadata.labels),
      );
      expect(chosen.length).toBe(1);
      const open = chosen[0]?.spec.containers.flatMap(({ ports }) => ports.map((one) => one.name));
      for (const { targetPort } of spec.ports) expect(open).toContain(targetPort);
    }
    const selectors = [
      ...ofKind(manifests, 'PodDisruptionBudget').map(({ spec }) => spec.selector),
      ...ofKind(manifests, 'NetworkPolicy').map(({ spec }) => spec.podSelector),
    ];
    for (const selector of selectors) {
      expect(pods.some((pod) => selects(selector, pod.metadata.labels))).toBe(true);
    }
    const names = workloads.map(({ metadata }) => metadata.name);
    for (const { spec } of ofKind(manifests, 'HorizontalPodAutoscaler', 'ScaledObject')) {
      expect(names).toContain(spec.scaleTargetRef.name);
    }
    expect(
      ofKind(manifests, 'NetworkPolicy').some(({ spec }) => selects(spec.podSelector, {})),
    ).toBe(true);
  });
});

test('the fleet has one Deployment for each role, with a budget, spread over zones and nodes', (context) => {
  const manifests = render(context, 'fleet');
  const deployments = ofKind(manifests, 'Deployment');
  const roles = deployments.flatMap(({ spec }) =>
    spec.template.spec.containers.map(
      ({ env }) => env?.find(({ name }) => name === 'VIGIE_ROLES')?.value,
    ),
  );
  expect(roles.sort()).toEqual([...ROLES].sort());
  const images = deployments.map(({ spec }) => spec.template.spec.containers[0]?.image);
  expect(new Set(images).size).toBe(1);
  for (const { spec } of deployments) {
    const { labels } = spec.template.metadata;
    const budgets = ofKind(manifests, 'PodDisruptionBudget');
    expect(budgets.filter((one) => selects(one.spec.selector, labels)).length).toBe(1);
    const keys = spec.template.spec.topologySpreadConstraints?.map((one) => one.topologyKey);
    expect(keys).toEqual(['topology.kubernetes.io/zone', 'kubernetes.io/hostname']);
  }
});

test('what scales a role sets no number of replicas beside it', (context) => {
  const manifests = render(context, 'fleet');
  const scaled = ofKind(manifests, 'HorizontalPodAutoscaler', 'ScaledObject').map(
    ({ spec }) => spec.scaleTargetRef.name,
  );
  expect(scaled.sort()).toEqual(['vigie-api', 'vigie-gateway', 'vigie-processor']);
  for (const { metadata, spec } of ofKind(manifests, 'Deployment')) {
    expect(spec.replicas === undefined, metadata.name).toBe(scaled.includes(metadata.name));
  }
});

test('the processor is scaled by the lag of its consumer group, with a way in that is declared', (context) => {
  const manifests = render(context, 'fleet');
  const [scaler] = ofKind(manifests, 'ScaledObject');
  const [trigger] = scaler?.spec.triggers ?? [];
  const [settings] = ofKind(manifests, 'ConfigMap');
  expect(trigger?.metadata).toMatchObject({
    topic: TOPICS.readings,
    consumerGroup: 'vigie-processor',
    bootstrapServers: settings?.data?.VIGIE_KAFKA_BROKERS,
  });
  expect(String(scaler?.spec.maxReplicaCount)).toBe(settings?.data?.VIGIE_KAFKA_PARTITIONS);
  const [authentication] = ofKind(manifests, 'TriggerAuthentication');
  expect(trigger?.authenticationRef.name).toBe(authentication?.metadata.name);
});
