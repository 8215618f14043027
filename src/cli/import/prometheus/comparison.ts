import type { PromqlNode } from './parse-promql.ts';

// Tested by: cli/import/prometheus/promql.test.ts

/** What each comparison is with its sides exchanged. */
export const FLIPPED: Readonly<Record<string, string>> = {
  '>': '<',
  '<': '>',
  '>=': '<=',
  '<=': '>=',
  '==': '==',
  '!=': '!=',
};

/** Something against a number, which stands on the right. */
export interface NumberComparison {
  left: PromqlNode;
  operator: string;
  limit: number;
}

export function comparisonOf(node: PromqlNode): NumberComparison | undefined {
  if (node.kind !== 'binary' || !(node.operator in FLIPPED)) return undefined;
  const right = constantOf(node.right);
  if (right !== undefined) return { left: node.left, operator: node.operator, limit: right };
  const left = constantOf(node.left);
  if (left === undefined) return undefined;
  return { left: node.right, operator: FLIPPED[node.operator] ?? '', limit: left };
}

/** The finite value of an expression that names no series. */
export function constantOf(node: PromqlNode): number | undefined {
  if (node.kind === 'number') return Number.isFinite(node.value) ? node.value : undefined;
  if (node.kind === 'negative') {
    const value = constantOf(node.operand);
    return value === undefined ? undefined : -value;
  }
  if (node.kind !== 'binary') return undefined;
  const [left, right] = [constantOf(node.left), constantOf(node.right)];
  if (left === undefined || right === undefined) return undefined;
  const value = ARITHMETIC[node.operator]?.(left, right);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** What operators make of two numbers. */
export const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
};
