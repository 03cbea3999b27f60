import { describe, expect, it } from '@jest/globals';
import { eventually, isAlive, Scene } from './testing.ts';
import { runTool } from './tool.ts';

const sh = (script: string): [string, ...string[]] => ['/bin/sh', '-c', script];

describe('runTool', () => {
  it('gives the exit code and the lines of both outputs, and hands on the input', async () => {
    const seen: string[] = [];
    const result = await runTool(sh('cat; echo error >&2; exit 3'), {
      input: 'one\ntwo without an end',
      line: (text) => seen.push(text),
    });
    expect(result.code).toBe(3);
    expect([...result.lines].sort()).toEqual(['error', 'one', 'two without an end']);
    expect([...seen].sort()).toEqual([...result.lines].sort());
  });

  it('keeps arguments and environment as they are', async () => {
    const { lines } = await runTool(['/bin/sh', '-c', 'echo "$1|$A|$2"', 'x', 'a  b "c" $d', "it's"], {
      env: { A: 'ü' },
    });
    expect(lines).toEqual(['a  b "c" $d|ü|it\'s']);
  });

  it('has no input unless it is given one', async () => {
    expect(await runTool(sh('read -r line || echo none'))).toEqual({ code: 0, lines: ['none'] });
  });

  it('gives 127 for a command that is not there', async () => {
    expect((await runTool(['no-such-command'], { env: { PATH: '/nowhere' } })).code).toBe(127);
  });

  it('is killed at an abort, and not started after one', async () => {
    const stop = new AbortController();
    let pid = 0;
    const run = runTool(sh('echo "$$"; exec sleep 600'), {
      signal: stop.signal,
      line: (text) => {
        pid = Number(text);
        stop.abort(new Error('enough'));
      },
    });
    await expect(run).rejects.toThrow('enough');
    expect(await isAlive(pid)).toBe(false);
    await expect(runTool(sh('exit 0'), { signal: stop.signal })).rejects.toThrow('enough');
  });

  it('is killed at its limit', async () => {
    await expect(runTool(sh('exec sleep 600'), { limitMs: 50 })).rejects.toThrow('timeout');
  });

  it('does not outlive this process, even after kill -9', async () => {
    const scene = await Scene.start(['tool']);
    const pid = Number(await scene.said('tool'));
    expect(await isAlive(pid)).toBe(true);
    await scene.end('SIGKILL');
    await eventually('the tool has ended', async () => !(await isAlive(pid)));
  });
});
