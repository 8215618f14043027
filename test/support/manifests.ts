import { parseAllDocuments } from 'yaml';
import { runTool } from './tools.ts';

// Tested by: test/deploy/kubernetes.test.ts

interface Container {
  name: string;
  image: string;
  env?: { name: string; value: string }[];
  ports: { name: string; containerPort: number }[];
  securityContext: Record<string, unknown>;
  startupProbe: Probe;
  livenessProbe: Probe;
  readinessProbe: Probe;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  volumeMounts: { name: string; mountPath: string }[];
}
interface Probe {
  httpGet: { path: string; port: string };
}

interface PodSpec {
  serviceAccountName: string;
  automountServiceAccountToken: boolean;
  securityContext: Record<string, unknown>;
  containers: Container[];
  volumes: { name: string; secret?: unknown; emptyDir?: unknown }[];
  topologySpreadConstraints?: { topologyKey: string }[];
}

type Labels = Record<string, string>;
interface Expression {
  key: string;
  operator: string;
  values: string[];
}
interface Selector {
  matchLabels?: Labels;
  matchExpressions?: Expression[];
}

/** One object of Kubernetes, as far as the tests look into it. */
export interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Labels };
  data?: Record<string, string>;
  spec: {
    replicas?: number;
    selector: Labels & Selector;
    podSelector: Selector;
    ports: { targetPort: string }[];
    scaleTargetRef: { name: string };
    maxReplicaCount: number;
    triggers: { metadata: Labels; authenticationRef: { name: string } }[];
    template: { metadata: { labels: Labels }; spec: PodSpec };
  };
}

/** What Kustomize makes of a folder. */
export function renderManifests(kustomize: string, folder: string): Manifest[] {
  return parseAllDocuments(runTool(kustomize, ['build', folder])).map((one) => one.toJS());
}

export function hasPods(manifest: Manifest): boolean {
  return manifest.kind === 'Deployment' || manifest.kind === 'StatefulSet';
}

/** Whether a selector of a policy or budget takes in pods with these labels. */
export function selects(selector: Selector, labels: Labels): boolean {
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(
      ({ key, operator, values }) => operator === 'In' && values.includes(labels[key] ?? ''),
    )
  );
}
