import { expect } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  readonly body: any;
}

export interface TestingClient {
  /** Fetches a path, and fails when the answer is not as /openapi.json has it. */
  get(path: string, method?: 'GET' | 'HEAD', headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The document. */
  // biome-ignore lint/suspicious/noExplicitAny: it is JSON
  readonly document: any;
  /** Which answers were compared, as `GET /accounts/{id} 200`. */
  readonly compared: ReadonlySet<string>;
}

/** Headers that HTTP itself or the server's connection adds. */
const transport = new Set(['content-type', 'content-length', 'date', 'connection', 'keep-alive']);

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
}

export async function testingClient(url: string): Promise<TestingClient> {
  const { body: document } = await answerOf(await fetch(`${url}/openapi.json`));
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(document, 'openapi');
  const templates = Object.keys(document.paths).sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')));
  const compared = new Set<string>();

  function compare(path: string, method: string, answer: Answer): void {
    const bare = path.split('?', 1)[0]!;
    const template = templates.find((one) => new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]*')}$`).test(bare));
    if (template === undefined) compareBody(['components', 'schemas', 'banyan.Problem'], answer);
    else compareOperation(template, method, answer);
  }

  function compareOperation(template: string, method: string, answer: Answer): void {
    const at = ['paths', template, method.toLowerCase()];
    const { responses } = document.paths[template][method.toLowerCase()];
    const status = Object.hasOwn(responses, answer.status) ? String(answer.status) : 'default';
    compared.add(`${method} ${template} ${status}`);
    compareHeaders(responses[status].headers, answer);
    if (method === 'HEAD') {
      expect([responses[status].content, answer.text]).toEqual([undefined, '']);
      return;
    }
    if (responses[status].content === undefined) {
      expect(answer.text).toBe('');
      return;
    }
    const media = answer.headers.get('content-type')!.split(';', 1)[0]!;
    expect(Object.keys(responses[status].content)).toEqual([media]);
    if (answer.body !== null) compareBody([...at, 'responses', status, 'content', media, 'schema'], answer);
  }

  function compareHeaders(described: Readonly<Record<string, { $ref: string }>>, { headers }: Answer): void {
    const names = Object.keys(described).map((name) => name.toLowerCase());
    const sent = [...headers.keys()].filter((name) => !transport.has(name));
    expect(sent.filter((name) => !names.includes(name))).toEqual([]);
    for (const [name, { $ref }] of Object.entries(described)) {
      const value = headers.get(name);
      const schema = ajv.getSchema(`openapi${$ref}/schema`)!;
      if (value === null) expect(['Banyan-Age-Ms', 'Banyan-Position-Except']).toContain(name);
      else expect([name, schema(/^\d+$/.test(value) ? Number(value) : value)]).toEqual([name, true]);
    }
  }

  function compareBody(at: readonly string[], { body }: Answer): void {
    const pointer = at.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const schema = ajv.getSchema(`openapi#/${pointer}`);
    if (!schema) throw new Error(`no schema at #/${pointer}`);
    schema(body);
    expect(schema.errors ?? []).toEqual([]);
  }

  return {
    document,
    compared,
    get: async (path, method = 'GET', headers = {}) => {
      const answer = await answerOf(await fetch(url + path, { method, headers }));
      compare(path, method, answer);
      return answer;
    },
  };
}
