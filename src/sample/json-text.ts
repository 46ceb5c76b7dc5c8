/**
 * JSON text: the inside of a JSON string, already escaped. Names, paths and pools in this room are escaped once when they are
 * made, so that writing a line is nothing but joining strings. Every value that a field table returns is JSON text.
 */

export function jsonText(plain: string): string {
  return JSON.stringify(plain).slice(1, -1);
}

const HTML_SENSITIVE: Record<string, string> = { '=': '\\u003d', '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', "'": '\\u0027' };

/** JSON text as some of FDR's producers write it, with the characters HTML cares for as `\u` escapes. */
export function jsonTextForHtml(plain: string): string {
  return jsonText(plain).replace(/[=<>&']/g, (character) => HTML_SENSITIVE[character] as string);
}
