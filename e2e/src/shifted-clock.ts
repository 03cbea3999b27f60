// Loaded into a process before its own code: its wall clock is off by CLOCK_SHIFT_MS.
const shiftMs = Number(process.env.CLOCK_SHIFT_MS ?? 0);
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...args: []) {
    if (args.length === 0) super(RealDate.now() + shiftMs);
    else super(...args);
  }
  static override now(): number {
    return RealDate.now() + shiftMs;
  }
} as DateConstructor;
