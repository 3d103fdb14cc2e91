// Coordinates as people type and paste them: full-width digits, Chinese commas, latitude first, degree marks. Pure.

export type Coordinates =
  | { ok: true; longitude: number; latitude: number; swapped: boolean }
  | { ok: false; fault: 'empty' | 'unreadable' | 'outOfRange' };

export function readCoordinates(text: string): Coordinates {
  const plain = text.normalize('NFKC').replace(/[°度'′"″NSEWnsew东经北纬:=：]/g, ' ').replace(/[，、;；|/]/g, ',').trim();
  if (plain === '') return { ok: false, fault: 'empty' };
  const numbers = plain.split(/[\s,]+/).filter(Boolean);
  if (numbers.length !== 2 || !numbers.every((n) => /^[+-]?\d+(\.\d+)?$/.test(n))) return { ok: false, fault: 'unreadable' };
  const [first, second] = numbers.map(Number) as [number, number];
  // Nowhere in China can a latitude be mistaken for a longitude: 3..54 against 73..136.
  const swapped = Math.abs(first) <= 60 && second >= 70 && second <= 140;
  const [longitude, latitude] = swapped ? [second, first] : [first, second];
  if (Math.abs(longitude) > 180 || Math.abs(latitude) > 90) return { ok: false, fault: 'outOfRange' };
  return { ok: true, longitude, latitude, swapped };
}

/** Six decimals: a tenth of a metre, more than any source of ours knows. */
export const writeCoordinates = (longitude: number, latitude: number): string => `${longitude.toFixed(6)}, ${latitude.toFixed(6)}`;
