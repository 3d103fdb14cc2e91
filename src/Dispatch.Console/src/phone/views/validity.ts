/** A date counts to the end of its day, in the region's zone: compared as text, the way it is written. */
export function validity(until: string | null, today: string, soon: string): 'valid' | 'soon' | 'expired' {
  const day = until?.slice(0, 10);
  return !day || day > soon ? 'valid' : day < today ? 'expired' : 'soon';
}
