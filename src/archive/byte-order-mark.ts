/** UTF-8's mark at a file's beginning is no part of its first line: it becomes spaces. */
export function blankByteOrderMark(bytes: Uint8Array): void {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes.fill(32, 0, 3);
}
