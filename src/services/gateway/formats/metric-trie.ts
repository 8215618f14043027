import type { MetricShape } from '#domain/reading.ts';
import { internShape } from './interning.ts';

// Tested by: fast-json.test.ts

const MAX_NODES = 1 << 16;

/**
 * One metric in the order in which readings name them; the path from the root says which came before.
 * A node knows the bytes with which its name is written (`"temperature":` or `temperature=`) and
 * which metric followed last, so that a reading like the one before is recognised by comparing bytes.
 */
export class MetricNode {
  readonly name: string;
  readonly depth: number;
  /** Length in bytes of the name as written. */
  readonly byteLength: number;
  /** The child that was met last. */
  recent: MetricNode | undefined;
  readonly #parent: MetricNode | undefined;
  /** Its bytes as `DataView.getInt32(…, true)` reads them, the last ones apart. */
  readonly #words: Int32Array;
  readonly #tail: number;
  readonly #tailMask: number;
  #children: Map<string, MetricNode> | undefined;
  #shape: MetricShape | undefined;

  constructor(parent: MetricNode | undefined, name: string, written: Uint8Array) {
    this.#parent = parent;
    this.name = name;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.byteLength = written.length;
    const padded = new DataView(new ArrayBuffer((written.length & ~3) + 4));
    for (const [i, byte] of written.entries()) padded.setUint8(i, byte);
    this.#words = Int32Array.from({ length: written.length >> 2 }, (_, i) =>
      padded.getInt32(i * 4, true),
    );
    this.#tail = padded.getInt32(written.length & ~3, true);
    this.#tailMask = (1 << ((written.length & 3) * 8)) - 1;
  }

  /** The names on the way here; one array for equal ways. */
  get shape(): MetricShape {
    this.#shape ??= internShape(this.#names());
    return this.#shape;
  }

  /** True where the view holds this node's bytes at `at`. Reads up to 4 bytes further. */
  matches(view: DataView, at: number): boolean {
    const words = this.#words;
    const count = words.length;
    for (let i = 0; i < count; i++) {
      if (view.getInt32(at + i * 4, true) !== words[i]) return false;
    }
    return (view.getInt32(at + count * 4, true) & this.#tailMask) === this.#tail;
  }

  child(written: string): MetricNode | undefined {
    return this.#children?.get(written);
  }

  addChild(written: string, node: MetricNode): void {
    this.#children ??= new Map();
    this.#children.set(written, node);
  }

  /** True where this metric or one before it is called so. */
  has(name: string): boolean {
    for (let node: MetricNode | undefined = this; node !== undefined; node = node.#parent) {
      if (node.depth > 0 && node.name === name) return true;
    }
    return false;
  }

  #names(): string[] {
    const names: string[] = [];
    for (let node: MetricNode = this; node.#parent !== undefined; node = node.#parent) {
      names.unshift(node.name);
    }
    return names;
  }
}

/** The sequences of metrics that were met, as a tree; bounded in size. */
export class MetricTrie {
  readonly #roots = new Map<string, MetricNode>();
  #nodes = 0;

  /** Full: nothing is kept any more; its owner begins a new one between two requests. */
  get isFull(): boolean {
    return this.#nodes >= MAX_NODES;
  }

  /** One tree for each way to make metric names of written ones. */
  root(kind = ''): MetricNode {
    const known = this.#roots.get(kind);
    if (known !== undefined) return known;
    const root = new MetricNode(undefined, '', new Uint8Array(0));
    this.#roots.set(kind, root);
    this.#nodes++;
    return root;
  }

  /** The metric of this name, written so, after `parent`; the way there must not have the name yet. */
  extend(
    parent: MetricNode,
    metric: { name: string; text: string; written: Uint8Array },
  ): MetricNode {
    const node = new MetricNode(parent, metric.name, metric.written);
    if (!this.isFull) {
      this.#nodes++;
      parent.addChild(metric.text, node);
    }
    return node;
  }
}
