import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '@banyan/e2e/src/free-ports.ts';

/** nginx as a proxy in one process, with kept connections to the monolith and the fields that the facade adds. */
export class Nginx {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** Throws when there is no nginx: NGINX names one, or it is on the PATH. */
  static async before(monolith: string, folder: string): Promise<Nginx> {
    const port = await freePorts(1);
    const home = join(folder, 'nginx');
    await mkdir(join(home, 'logs'), { recursive: true });
    const file = join(home, 'nginx.conf');
    await writeFile(file, configuration(port, new URL(monolith).host, home));
    const child = spawn(process.env.NGINX ?? 'nginx', ['-p', home, '-c', file], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const failed = once(child, 'error').then(([error]) => {
      throw new Error(
        `nginx cannot be started: ${(error as Error).message}; install it (apt-get install nginx-light), or name it with NGINX`,
      );
    });
    await Promise.race([once(child, 'spawn'), failed]);
    const url = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 100; tries++) {
      if (
        await fetch(url).then(
          () => true,
          () => false,
        )
      )
        return new Nginx(url, child);
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error('nginx does not answer');
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

const configuration = (port: number, monolith: string, home: string): string => `
daemon off; master_process off; worker_processes 1; pid ${home}/pid; error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off; client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy;
  fastcgi_temp_path ${home}/fastcgi; uwsgi_temp_path ${home}/uwsgi; scgi_temp_path ${home}/scgi;
  upstream monolith { server ${monolith}; keepalive 64; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port}; keepalive_requests 10000000;
    location / {
      proxy_pass http://monolith; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto http; proxy_set_header Via "1.1 nginx";
      proxy_buffering off; proxy_request_buffering off;
    }
  }
}
`;
