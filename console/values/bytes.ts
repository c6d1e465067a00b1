// Bytes as people read and write them: base64 from the admin API, rows of hexadecimal digits on the page.

/** Decodes base64. Throws a SyntaxError for text that is no base64. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new SyntaxError("The text is no base64.");
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** How many bytes one call of String.fromCharCode takes: more arguments could overflow the stack. */
const sliceLength = 8_192;

/** Encodes bytes as base64. */
export function base64Of(bytes: Uint8Array): string {
  let binary = "";
  for (let from = 0; from < bytes.length; from += sliceLength) {
    binary += String.fromCharCode(...bytes.subarray(from, from + sliceLength));
  }
  return btoa(binary);
}

/** How many bytes one row of a hex dump shows. */
const rowLength = 16;

/** One row of a hex dump. */
export interface HexRow {
  /** The place of the row's first byte, as eight hexadecimal digits. */
  readonly offset: string;
  /** The bytes, each as two hexadecimal digits, with a space between them. */
  readonly hex: string;
  /** The bytes as ASCII. A byte that is no printable character is a dot. */
  readonly text: string;
}

/** Lays bytes out as the rows of a hex dump. */
export function hexRows(bytes: Uint8Array): HexRow[] {
  const rows: HexRow[] = [];
  for (let from = 0; from < bytes.length; from += rowLength) {
    const row = bytes.subarray(from, from + rowLength);
    rows.push({ offset: from.toString(16).padStart(8, "0"), hex: hexOf(row), text: asciiOf(row) });
  }
  return rows;
}

/** Writes bytes as hexadecimal digits for an editor: 16 bytes on a line. */
export function hexText(bytes: Uint8Array): string {
  return hexRows(bytes)
    .map(({ hex }) => hex)
    .join("\n");
}

/**
 * Reads what a person has typed as hexadecimal digits. Spaces and line breaks may stand anywhere between two bytes. Throws a
 * SyntaxError that names the line and the column of the first character that is wrong.
 */
export function bytesOfHex(text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  const byte = /\s*(?:([0-9a-f]{2})|(\S))/giy;
  for (let match = byte.exec(text); match !== null; match = byte.exec(text)) {
    const [, digits, wrong] = match;
    if (digits === undefined) throw misplaced(text, byte.lastIndex - 1, wrong as string);
    bytes.push(Number.parseInt(digits, 16));
  }
  return Uint8Array.from(bytes);
}

function misplaced(text: string, place: number, wrong: string): SyntaxError {
  const lines = text.slice(0, place).split("\n");
  const where = `Line ${lines.length}, column ${(lines.at(-1) as string).length + 1}`;
  if (/[0-9a-f]/i.test(wrong)) return new SyntaxError(`${where}: a byte has two hexadecimal digits, this one has one.`);
  return new SyntaxError(`${where}: ${JSON.stringify(wrong)} is no hexadecimal digit.`);
}

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

const asciiOf = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
