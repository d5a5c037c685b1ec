/** Enough to keep the device's database busy; more would only wait in memory. */
const AT_ONCE = 16;

/** Does the same to many, several at a time. Rejects with the first failure, once those under way have settled. */
export async function allAtOnce<T>(many: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  const rest = [...many];
  const take = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await work(next);
  };
  const settled = await Promise.allSettled(Array.from({ length: AT_ONCE }, take));
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
}
