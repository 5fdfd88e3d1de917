/** Preloaded: the clock of this process starts at `WRAPPED_CLOCK`; SIGUSR2 sets it back an hour, SIGHUP forward. */
const hourMs = 3_600_000;
const Real = Date;
let ahead = Real.parse(process.env.WRAPPED_CLOCK) - Real.now();
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + ahead);
    else super(...given);
  }
  static now() {
    return Real.now() + ahead;
  }
};
process.on('SIGUSR2', () => {
  ahead -= hourMs;
});
process.on('SIGHUP', () => {
  ahead += hourMs;
});
