import { describe, expect, it } from 'vitest';
import { type AttributePath, requirePath, resolvePath, valuesAt } from '../../src/ocsf/attribute-path.js';
import { eventClass, ocsfSchema } from '../../src/ocsf/load.js';
import { nearestNames } from '../../src/ocsf/nearest-name.js';
import type { OcsfSchema, OcsfVersion } from '../../src/ocsf/schema.js';

const resolve = (path: string, className = 'process_activity', version: OcsfVersion = '1.2.0') => {
  const schema = ocsfSchema(version);
  return resolvePath(schema, eventClass(schema, className), path);
};
const found = (path: string, className?: string, version?: OcsfVersion): AttributePath => {
  const resolved = resolve(path, className, version);
  if ('message' in resolved) throw new Error(resolved.message);
  return resolved;
};

describe('paths that exist', () => {
  it('gives the chain of attributes', () => {
    const { steps, plain, attribute } = found('process.file.hashes[0].value');
    expect(steps.map((step) => step.attribute.name)).toEqual(['process', 'file', 'hashes', 'value']);
    expect(steps.map((step) => step.index)).toEqual([undefined, undefined, 0, undefined]);
    expect(plain).toBe('process.file.hashes.value');
    expect(attribute.type).toBe('file_hash_t');
  });

  it.each(['process.file.hashes[].value', 'process.file.hashes.value'])('takes %s as all elements', (path) => {
    expect(found(path).steps.every((step) => step.index === undefined)).toBe(true);
    expect(found(path).plain).toBe('process.file.hashes.value');
  });

  it('tells the profiles a path needs, each once', () => {
    expect(found('process.name').profiles).toEqual([]);
    expect(found('time_dt').profiles).toEqual(['datetime']);
    expect(found('cloud.account.name').profiles).toEqual(['cloud']);
    expect(found('device.ip', 'network_activity').profiles).toEqual(['host']);
    expect(found('process.container.image.name').profiles).toEqual(['container']);
  });

  it('finds the observable type where the schema declares it', () => {
    expect(found('device.ip').observableTypes, 'of the type').toEqual([2]);
    expect(found('process.file').observableTypes, 'of the object').toEqual([24]);
    expect(found('process.pid').observableTypes, 'of the attribute').toEqual([15]);
    expect(found('process.pid', 'process_activity', '1.1.0').observableTypes).toEqual([]);
    expect(found('dst_endpoint.port', 'network_activity').observableTypes).toEqual([11]);
    expect(found('process.file.hashes[1].value').observableTypes).toEqual([8]);
    expect(found('message').observableTypes).toEqual([]);
  });

  it('puts what the class says before what the attribute and the object say', () => {
    const schema = ocsfSchema('1.2.0');
    const process = eventClass(schema, 'process_activity');
    const marked = { ...process, observables: { 'process.pid': 77, 'process.file': 78, 'process.file.hashes.value': 79 } };
    const types = (path: string) => requirePath(schema, marked, path).observableTypes;
    expect([types('process.pid'), types('process.file'), types('process.file.hashes[3].value')]).toEqual([
      [77, 15],
      [78, 24],
      [79, 8],
    ]);
  });

  it.each(['1.1.0', '1.2.0', '1.3.0'] as const)('reaches every attribute of every object of %s through its class', (version) => {
    const schema: OcsfSchema = ocsfSchema(version);
    for (const start of schema.classes.values()) {
      for (const attribute of start.attributes.values()) {
        expect(resolvePath(schema, start, attribute.name)).toMatchObject({ plain: attribute.name, attribute });
        for (const member of schema.objects.get(attribute.object ?? '')?.attributes.values() ?? []) {
          expect(resolvePath(schema, start, `${attribute.name}.${member.name}`)).toMatchObject({ attribute: member });
        }
      }
    }
  });
});

describe('paths that do not', () => {
  it.each([
    ['proces.name', 'proces', '', 'process'],
    ['process.file.nme', 'nme', 'process.file', 'name'],
    ['process.file.hash[0].value', 'hash[0]', 'process.file', 'hashes'],
    ['process.cmdline', 'cmdline', 'process', 'cmd_line'],
  ])('%s: names the part and the nearest attribute', (path, part, parent, near) => {
    const problem = resolve(path);
    expect(problem).toMatchObject({ part, parent });
    expect('nearest' in problem && problem.nearest[0]).toBe(near);
    expect('message' in problem && problem.message).toContain(`nearest: ${near}`);
  });

  it.each([
    ['device[0].uid', 'is not a list'],
    ['process.name.text', 'has no attributes of its own'],
    ['unmapped.RawProcessId', 'free-form'],
    ['process..name', 'is not an attribute name'],
    ['process.file.hashes[0][1].value', 'is not an attribute name'],
    ['process.file.hashes[x].value', 'is not an attribute name'],
    ['process.file.hashes[-1].value', 'is not an attribute name'],
    ['', 'is not an attribute name'],
    ['process.', 'is not an attribute name'],
    ['constructor', 'no attribute "constructor"'],
  ])('%s: %s', (path, text) => {
    const problem = resolve(path);
    expect('message' in problem && problem.message).toContain(text);
  });

  it('throws for those who cannot go on without', () => {
    const schema = ocsfSchema('1.2.0');
    expect(() => requirePath(schema, eventClass(schema, 'dns_activity'), 'query.hostnam')).toThrow(
      expect.objectContaining({
        code: 'OCSF_PATH_UNKNOWN',
        message: expect.stringContaining('object dns_query has no attribute "hostnam"'),
      }),
    );
  });
});

describe('values at a path', () => {
  const event = { process: { pid: 0, name: null, file: { hashes: [{ value: 'a' }, null, { value: 'b' }, {}] } }, count: false };
  it.each([
    ['process.file.hashes[].value', ['a', 'b']],
    ['process.file.hashes.value', ['a', 'b']],
    ['process.file.hashes[2].value', ['b']],
    ['process.file.hashes[1].value', []],
    ['process.file.hashes[9].value', []],
    ['process.pid', [0]],
    ['process.name', []],
    ['process.user.name', []],
    ['count', [false]],
  ])('%s', (path, values) => {
    expect(valuesAt(event, found(path).steps)).toEqual(values);
  });

  it('finds nothing at an index of what is no list', () => {
    expect(valuesAt({ process: { file: { hashes: { value: 'a' } } } }, found('process.file.hashes[0].value').steps)).toEqual([]);
  });
});

describe('nearest names', () => {
  it('ranks by edits, then alphabetically, and keeps out what is far', () => {
    expect(nearestNames('hostnam', ['hostname', 'host', 'name', 'port', 'os_name'])).toEqual(['hostname', 'host']);
    expect(nearestNames('abcd', ['abcx', 'abca', 'abcd', 'xyz'])).toEqual(['abcd', 'abca', 'abcx']);
    expect(nearestNames('zzz', ['name', 'uid'])).toEqual([]);
    expect(nearestNames('hash', ['file_hashes', 'name'])).toEqual(['file_hashes']);
    expect(nearestNames('aaaa', ['aaab', 'aaac', 'aaad', 'aaae'], 2)).toEqual(['aaab', 'aaac']);
  });
});
