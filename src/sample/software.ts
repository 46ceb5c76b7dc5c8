/** The programs that the sample's hosts run: images, command lines, hashes, signatures. */

import { jsonText, jsonTextForHtml } from './json-text.js';
import type { Platform } from './platform.js';
import { ALWAYS, LINUX_ROWS, MAC_ROWS, type Row, WINDOWS, WINDOWS_ROWS } from './programs.js';
import { Random } from './random.js';
import { type Filled, template } from './template.js';
import { VENDORS, WORDS } from './vocabulary.js';

/** All strings are JSON text. */
export interface Program {
  image: string;
  file: string;
  /** started by the operating system or by a person */
  role: 'system' | 'user';
  commandLine: Filled;
  sha256: string;
  md5: string;
  /** Authenticode hash; of Windows images */
  authenticode: string;
  /** 2 GUI, 3 console */
  subsystem: string;
  signInfoFlags: string;
  company: string;
  product: string;
  version: string;
}

export interface Software {
  /** in the order in which they start */
  always: readonly Program[];
  /** as often in the list as they are started, each role apart */
  system: readonly Program[];
  user: readonly Program[];
}

/** Vendors' programs, so that images and hashes are as many as on real fleets. */
function vendorRows(platform: Platform, count: number, random: Random): Row[] {
  return Array.from({ length: count }, (_, i) => {
    const vendor = VENDORS[i % VENDORS.length]!;
    const app = `${random.pick(WORDS)}${i}`;
    if (platform === 'Win')
      return [
        'u',
        1,
        i % 3 ? 'g' : 'c',
        `${WINDOWS}\\Program Files\\${vendor}\\${app}\\bin\\${app}.exe`,
        `"C:\\Program Files\\${vendor}\\${app}\\bin\\${app}.exe" --session={x16} --parent={d5} /quiet`,
      ];
    if (platform === 'Mac')
      return [
        'u',
        1,
        'g',
        `/Applications/${app}.app/Contents/MacOS/${app}`,
        `/Applications/${app}.app/Contents/MacOS/${app} --session {x16}`,
      ];
    return [
      'u',
      1,
      'c',
      `/opt/${vendor.toLowerCase()}/${app}/bin/${app}`,
      `/opt/${vendor.toLowerCase()}/${app}/bin/${app} -c /etc/${app}.conf -n {d4}`,
    ];
  });
}

function program(row: Row, random: Random): Program {
  const [role, , subsystem, image, commandLine] = row;
  const vendor = VENDORS.find((name) => image.toLowerCase().includes(name.toLowerCase()));
  const html = random.chance(0.3);
  return {
    image: jsonText(image),
    file: jsonText(image.slice(Math.max(image.lastIndexOf('\\'), image.lastIndexOf('/')) + 1)),
    role: role === 's' ? 'system' : 'user',
    commandLine: template(commandLine, html ? jsonTextForHtml : jsonText),
    sha256: random.hex(64),
    md5: random.hex(32),
    authenticode: random.hex(64),
    subsystem: subsystem === 'g' ? '2' : '3',
    signInfoFlags: vendor ? (random.chance(0.2) ? '512' : '9175042') : '8683538',
    company: vendor ?? 'Microsoft Corporation',
    product: vendor ? `${vendor} Suite` : 'Operating System',
    version: `${random.between(1, 24)}.${random.below(10)}.${random.below(30000)}.${random.below(5000)}`,
  };
}

function share(rows: readonly Row[], programs: readonly Program[], role: Program['role']): Program[] {
  return programs.flatMap((p, i) => (p.role === role ? Array<Program>(rows[i]![1]).fill(p) : []));
}

function installed(platform: Platform, rows: readonly Row[], random: Random): Software {
  const all = [...rows, ...vendorRows(platform, platform === 'Win' ? 60 : 15, random)];
  const programs = all.map((row) => program(row, random));
  return {
    always: ALWAYS[platform].map((row) => program(row, random)),
    system: share(all, programs, 'system'),
    user: share(all, programs, 'user'),
  };
}

export function makeSoftware(seed: number): Record<Platform, Software> {
  const random = new Random(seed, 0x50f7);
  return {
    Win: installed('Win', WINDOWS_ROWS, random),
    Mac: installed('Mac', MAC_ROWS, random),
    Lin: installed('Lin', LINUX_ROWS, random),
  };
}
