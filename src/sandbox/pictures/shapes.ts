// Product-like shapes, drawn in a square of 100 by 100 units, filled with the colour that they are given.

export type ShapeName = 'mug' | 'lamp' | 'chair' | 'bag' | 'bottle' | 'shirt' | 'clock' | 'vase';

export const shapeNames = [
  'mug',
  'lamp',
  'chair',
  'bag',
  'bottle',
  'shirt',
  'clock',
  'vase',
] as const satisfies readonly ShapeName[];

type Draw = (color: string) => string;

export const shapes: Readonly<Record<ShapeName, Draw>> = {
  mug: (color) =>
    `<path d="M74 32h10a14 14 0 0 1 14 14v12a14 14 0 0 1-14 14H74" fill="none" stroke="${color}" stroke-width="8"/>
     <path d="M12 12h64v66a12 12 0 0 1-12 12H24a12 12 0 0 1-12-12z" fill="${color}"/>
     <ellipse cx="44" cy="13" rx="32" ry="6" fill="#fff" fill-opacity=".45"/>`,
  lamp: (color) =>
    `<path d="M47 66h6v24h-6z" fill="#50463c"/><rect x="26" y="88" width="48" height="8" rx="4" fill="#50463c"/>
     <path d="M26 2h48l26 66H0z" fill="${color}"/>`,
  chair: (color) =>
    `<path d="M22 66h8v32h-8zM70 66h8v32h-8z" fill="#5d4a37"/>
     <rect x="16" y="2" width="68" height="50" rx="10" fill="${color}"/>
     <rect x="10" y="48" width="80" height="24" rx="8" fill="${color}"/>
     <path d="M18 50h64" stroke="#000" stroke-opacity=".2" stroke-width="2"/>`,
  bag: (color) =>
    `<path d="M34 34V22a16 16 0 0 1 32 0v12" fill="none" stroke="#4a3a2c" stroke-width="6"/>
     <path d="M8 30h84l6 66H2z" fill="${color}"/>
     <rect x="42" y="30" width="16" height="12" rx="3" fill="#e9d9a6"/>`,
  bottle: (color) =>
    `<rect x="40" y="0" width="20" height="10" rx="3" fill="#3c3c3c"/>
     <path d="M42 10h16v14c0 8 28 10 28 28v40a6 6 0 0 1-6 6H20a6 6 0 0 1-6-6V52c0-18 28-20 28-28z" fill="${color}"/>
     <rect x="28" y="62" width="44" height="14" fill="#fff" fill-opacity=".8"/>`,
  shirt: (color) =>
    `<path d="M32 6l-30 18 10 22 12-6v56h52V40l12 6 10-22L68 6a18 12 0 0 1-36 0z" fill="${color}"/>`,
  clock: (color) =>
    `<circle cx="50" cy="50" r="48" fill="${color}"/><circle cx="50" cy="50" r="22" fill="#fdfdf8"/>
     <path d="M50 34v16l10 8" fill="none" stroke="#222" stroke-width="3"/>`,
  vase: (color) =>
    `<path d="M36 2h28v14c0 10 26 22 26 48 0 20-14 34-40 34S10 84 10 64c0-26 26-38 26-48z" fill="${color}"/>
     <path d="M14 54h72" stroke="#fff" stroke-opacity=".5" stroke-width="3"/>`,
};
