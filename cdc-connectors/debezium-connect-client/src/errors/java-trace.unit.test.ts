import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { javaTrace } from '../testing/samples.ts';
import { causeLine, parseJavaTrace } from './java-trace.ts';

describe('parseJavaTrace', () => {
  it('walks the causes to the root', () => {
    const trace = parseJavaTrace(javaTrace);
    expect(trace.chain.map(({ className }) => className)).toEqual([
      'io.debezium.DebeziumException',
      'java.lang.ClassNotFoundException',
    ]);
    expect(trace.rootCause).toEqual({ className: 'java.lang.ClassNotFoundException', message: 'no.such.Converter' });
    expect(trace.firstLines[0]).toMatch(/^io\.debezium\.DebeziumException: Unable to create service/);
    expect(trace.text).toBe(javaTrace);
  });

  it('keeps a message of several lines together, and takes none of the frames', () => {
    const { rootCause } = parseJavaTrace(
      'a.b.Outer: o\n\tat x.Y.z(Y.java:1)\nCaused by: a.b.Inner: one\n  two\n\tat x.Y.z(Y.java:2)',
    );
    expect(rootCause).toEqual({ className: 'a.b.Inner', message: 'one\n  two' });
  });

  it('leaves suppressed exceptions and their causes aside', () => {
    const lines = [
      'a.Root: r',
      '\tat x.Y.z(Y.java:1)',
      '\tSuppressed: a.Side: s',
      '\t\tat x.Y.z(Y.java:2)',
      '\tCaused by: a.Deep: d',
    ];
    expect(parseJavaTrace(lines.join('\n')).rootCause).toEqual({ className: 'a.Root', message: 'r' });
  });

  it('ends where causes go round in a circle', () => {
    const trace = parseJavaTrace(
      'a.One: 1\n\tat x.Y.z(Y.java:1)\nCaused by: a.Two: 2\n\tat x.Y.z(Y.java:2)\nCaused by: [CIRCULAR REFERENCE: a.One: 1]',
    );
    expect(trace.chain).toHaveLength(2);
  });

  it('takes an exception without a message, and a text that is no trace', () => {
    expect(parseJavaTrace('java.lang.NullPointerException\n\tat x.Y.z(Y.java:1)').rootCause.message).toBe('');
    expect(parseJavaTrace('Connector was stopped').rootCause).toEqual({
      className: '',
      message: 'Connector was stopped',
    });
    expect(causeLine(parseJavaTrace('').rootCause)).toBe('');
  });

  it('gives back every chain that Java would have written', () => {
    const cause = fc.record({
      className: fc.constantFrom('java.io.IOException', 'io.debezium.DebeziumException', 'a.B$C'),
      message: fc.stringMatching(/^[\w ()'/.:-]*$/).map((text) => text.trim()),
    });
    fc.assert(
      fc.property(fc.array(cause, { minLength: 1, maxLength: 5 }), (chain) => {
        const text = chain
          .map((link) => `${causeLine(link)}\n\tat x.Y.z(Y.java:1)\n\t... 3 more`)
          .join('\nCaused by: ');
        expect(parseJavaTrace(text).chain).toEqual(chain);
      }),
    );
  });
});
