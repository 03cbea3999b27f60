// The part of Express 5 that the bank uses, see https://expressjs.com/en/5x/api.html
declare module 'express' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface Request extends IncomingMessage {
    /** What express.json() or express.urlencoded() parsed; undefined when the request had no such body. */
    body: unknown;
    params: Record<string, string>;
    query: Record<string, unknown>;
    path: string;
    get(header: string): string | undefined;
  }

  export interface Response extends ServerResponse {
    status(code: number): this;
    json(body: unknown): this;
    set(header: string, value: string): this;
  }

  export type Next = (error?: unknown) => void;
  export type Handler = (request: Request, response: Response, next: Next) => void | Promise<void>;
  export type ErrorHandler = (error: unknown, request: Request, response: Response, next: Next) => void;

  export interface Application {
    (request: IncomingMessage, response: ServerResponse): void;
    disable(setting: string): this;
    set(setting: string, value: unknown): this;
    use(handler: Handler | ErrorHandler): this;
    get(path: string, handler: Handler): this;
    put(path: string, handler: Handler): this;
    post(path: string, ...handlers: readonly Handler[]): this;
  }

  const express: {
    (): Application;
    json(options: { limit: string }): Handler;
    urlencoded(options: { extended: false; limit: string }): Handler;
  };
  export default express;
}
