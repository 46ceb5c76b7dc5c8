/**
 * The C library's settings under Bun, where buffers do not come from it and `process.env` is not its environment: what a native library
 * allocates, and reads of its environment, is set by calling the C library itself.
 */
import { createRequire } from 'node:module';

/** `bun:ffi`, so far as it is used. */
interface Ffi {
  dlopen(library: string, symbols: Record<string, { args: string[]; returns: string }>): { symbols: Record<string, CFunction> };
}
type CFunction = (...args: (number | Uint8Array)[]) => number;

/** of glibc's malloc.h */
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;

/**
 * Sets an environment variable that native libraries read, and how large a freed block of glibc's is before it goes back to the system.
 *
 * Where there is no glibc nothing is set.
 *
 * @param threshold bytes; twice that is kept at the end of the heap, as glibc has it
 */
export function setLibc(name: string, value: string, threshold: number): void {
  try {
    const { dlopen } = createRequire(import.meta.url)('bun:ffi') as Ffi;
    const { setenv, mallopt } = dlopen('libc.so.6', {
      setenv: { args: ['cstring', 'cstring', 'i32'], returns: 'i32' },
      mallopt: { args: ['i32', 'i32'], returns: 'i32' },
    }).symbols;
    const overwrite = 1;
    setenv!(cString(name), cString(value), overwrite);
    mallopt!(M_MMAP_THRESHOLD, threshold);
    mallopt!(M_TRIM_THRESHOLD, 2 * threshold);
  } catch {
    // macOS, musl: other allocators
  }
}

const cString = (text: string): Uint8Array => Buffer.from(`${text}\0`);
