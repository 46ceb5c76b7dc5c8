/** Where the package lies, and which one it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json: above `src/convert` and above `dist/src/convert`. */
export const PACKAGE_ROOT = packageRoot(fileURLToPath(new URL('.', import.meta.url)));

function packageRoot(folder: string): string {
  for (let at = folder; ; at = join(at, '..')) {
    try {
      readFileSync(join(at, 'package.json'));
      return at;
    } catch (error) {
      if (at === join(at, '..')) throw error;
    }
  }
}

export const PRODUCT_VERSION: string = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')).version;
