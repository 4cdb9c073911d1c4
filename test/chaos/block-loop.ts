// Preloaded into a bot (node --import): the first SIGUSR2 blocks its event loop for CHAOS_BLOCK_MS, the second
// for good.

let signals = 0;

process.on('SIGUSR2', () => {
  signals += 1;
  const end = signals === 1 ? performance.now() + Number(process.env['CHAOS_BLOCK_MS']) : Infinity;
  while (performance.now() < end);
});
