export type FakeRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
};
export type FakeAnswer = { readonly status: number; readonly body?: unknown };

export function ok(body: unknown): FakeAnswer {
  return { status: 200, body };
}

export function refused(status: number, message: string): FakeAnswer {
  return { status, body: { error_code: status, message } };
}
