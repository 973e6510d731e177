/**
 * To be loaded before a program: `NODE_OPTIONS="--import <this file>" CLOCK_SHIFT_MS=-3600000`. On SIGUSR2 its wall clock
 * is moved by so much. Timers go on as they do when somebody sets the clock of a machine.
 */
const RealDate = Date;
let shift = 0;

globalThis.Date = class extends RealDate {
  constructor(...values: [] | ConstructorParameters<typeof Date>) {
    if (values.length === 0) super(RealDate.now() + shift);
    else super(...(values as ConstructorParameters<typeof Date>));
  }
  static override now(): number {
    return RealDate.now() + shift;
  }
} as DateConstructor;

process.on('SIGUSR2', () => {
  shift += Number(process.env.CLOCK_SHIFT_MS ?? 0);
});
