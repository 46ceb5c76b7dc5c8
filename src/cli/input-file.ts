/** A file that the user names: a path, `s3://bucket/key`, or `-` for standard input. */
import { open } from 'node:fs/promises';
import type { OpenFile } from '../archive/inflate.js';
import { FalconryError } from '../error.js';
import { storeError } from '../store/errors.js';
import { isS3Uri, openStore, type StoreOptions } from '../store/open.js';

export interface InputFile {
  open: OpenFile;
  close: () => Promise<void>;
}

export async function inputFile(name: string, options: StoreOptions = {}): Promise<InputFile> {
  if (name === '-') return { open: standardInput(), close: async () => {} };
  if (isS3Uri(name)) {
    const slash = name.lastIndexOf('/');
    const store = await openStore(name.slice(0, slash), options);
    return { open: () => store.read(name.slice(slash + 1)), close: () => store.close() };
  }
  return { open: () => openLocal(name), close: async () => {} };
}

async function openLocal(path: string) {
  try {
    const handle = await open(path);
    if ((await handle.stat()).isDirectory()) {
      await handle.close();
      throw Object.assign(new Error('a folder'), { code: 'EISDIR', syscall: 'read' });
    }
    return handle.createReadStream();
  } catch (error) {
    throw storeError(error, { where: path, doing: 'read' });
  }
}

/** It flows by once: what is damaged in it cannot be looked at a second time. */
function standardInput(): OpenFile {
  let used = false;
  return async () => {
    if (used) throw new FalconryError('INPUT_GONE', 'standard input is read only once; save it to a file and name that.');
    used = true;
    return process.stdin;
  };
}
