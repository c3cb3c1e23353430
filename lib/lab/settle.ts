/**
 * Waits for all promises to end, then fails with the first failure.
 *
 * Unlike `Promise.all`, nothing goes on behind the back of whoever cleans up afterwards.
 */
export async function settleAll<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
