/** An error as the API says it (RFC 9457): the dashboard shows its words and its code, never its own guess. */
export class ApiProblem extends Error {
  readonly status: number;
  /** Stable; listed in docs/api/errors.md. `unreachable` is ours: there was no answer. */
  readonly code: string;
  readonly detail: string;
  /** What is wrong with which field, as JSON pointers. */
  readonly errors: readonly { pointer: string; detail: string }[];

  constructor(problem: {
    status: number;
    code: string;
    detail: string;
    errors?: readonly { pointer: string; detail: string }[];
  }) {
    super(problem.detail);
    this.name = 'ApiProblem';
    this.status = problem.status;
    this.code = problem.code;
    this.detail = problem.detail;
    this.errors = problem.errors ?? [];
  }

  static unreachable(): ApiProblem {
    return new ApiProblem({ status: 0, code: 'unreachable', detail: '' });
  }

  static async of(response: Response): Promise<ApiProblem> {
    const body: unknown = await response.json().catch(() => null);
    const known = (body ?? {}) as Partial<{
      code: string;
      detail: string;
      title: string;
      errors: { pointer: string; detail: string }[];
    }>;
    return new ApiProblem({
      status: response.status,
      code: known.code ?? `http_${response.status}`,
      detail: known.detail ?? known.title ?? response.statusText,
      errors: known.errors ?? [],
    });
  }
}
