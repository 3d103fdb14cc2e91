// Where, in words a person uses. Coordinates are WGS-84 here; anything typed in carries its datum to the server, which converts.
import type { Datum } from '../live/contract';

export interface Point { longitude: number; latitude: number }

const earthMetres = 6_371_008.8; // mean radius; within 0.6 % of the ellipsoid, and we say "1.8 km"
const radians = (degrees: number) => degrees * Math.PI / 180;

export function distanceMetres(from: Point, to: Point): number {
  const dLat = radians(to.latitude - from.latitude);
  const dLon = radians(to.longitude - from.longitude);
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.sin(dLon / 2) ** 2;
  return 2 * earthMetres * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Clockwise from north, 0 to 360. */
export function bearingDegrees(from: Point, to: Point): number {
  const dLon = radians(to.longitude - from.longitude);
  const [a, b] = [radians(from.latitude), radians(to.latitude)];
  const degrees = Math.atan2(Math.sin(dLon) * Math.cos(b), Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(dLon)) * 180 / Math.PI;
  return (degrees + 360) % 360;
}

/** 0 = north, clockwise, one of eight. */
export const compassPoint = (degrees: number): number => Math.round(degrees / 45) % 8;

/** Metres to ten below a kilometre, then one decimal, then whole kilometres: as exact as it is true. */
export function distanceParts(metres: number): { value: string; unit: 'm' | 'km' } {
  if (metres < 995) return { value: String(Math.max(10, Math.round(metres / 10) * 10)), unit: 'm' };
  const km = metres / 1000;
  return { value: km < 9.95 ? km.toFixed(1) : String(Math.round(km)), unit: 'km' };
}

/** RFC 5870: WGS-84, latitude first. The query shows a pin with the address in most map programs. */
export const geoUri = ({ longitude, latitude }: Point, address: string): string =>
  `geo:${latitude.toFixed(6)},${longitude.toFixed(6)}?q=${latitude.toFixed(6)},${longitude.toFixed(6)}(${encodeURIComponent(address)})`;

export type TypedPlace =
  | { ok: true; longitude: number; latitude: number; datum: Datum }
  | { ok: false; fault: 'empty' | 'notANumber' | 'swapped' | 'outOfRange' | 'datum' };

/** What was typed or pasted: full-width digits and signs are read, a pair in one field is split, swapped numbers are named and never guessed right. */
export function readPlace(longitudeText: string, latitudeText: string, datum: Datum | ''): TypedPlace {
  let [a, b] = [plain(longitudeText), plain(latitudeText)];
  if (b === '') [a, b] = [...a.split(/[\s,;]+/).filter(Boolean), '', ''].slice(0, 2) as [string, string];
  if (a === '' || b === '') return { ok: false, fault: 'empty' };
  if (![a, b].every((text) => /^[+-]?\d{1,3}(\.\d+)?$/.test(text))) return { ok: false, fault: 'notANumber' };
  const [longitude, latitude] = [Number(a), Number(b)];
  if (Math.abs(latitude) > 90 && Math.abs(longitude) <= 90) return { ok: false, fault: 'swapped' };
  if (Math.abs(longitude) > 180 || Math.abs(latitude) > 90 || (longitude === 0 && latitude === 0)) return { ok: false, fault: 'outOfRange' };
  if (datum === '') return { ok: false, fault: 'datum' };
  return { ok: true, longitude, latitude, datum };
}

const plain = (text: string): string => text.normalize('NFKC').replace(/[、，]/g, ',').replace(/[°EN东经北纬]/g, '').trim();
