/** A class as the engine sees it: its layout's nodes by index, and which leaves are observables. */
import { type ClassLayout, layoutNodes } from '../ocsf/layout.js';
import type { Attribute, EventClass, OcsfSchema } from '../ocsf/schema.js';
import type { ClassPlan, ObservablePlan } from './plan.js';

/** The custom source's name: `fdr12_process` for OCSF 1.2.0; at most 20 characters (Security Lake's role names hold no more). */
export function sourceName(version: string, suffix: string): string {
  const [major, minor] = version.split('.');
  return `fdr${major}${minor}_${suffix}`;
}

export function classPlan(
  schema: OcsfSchema,
  layout: ClassLayout,
  suffix: string,
  observableTypes: readonly number[],
): ClassPlan {
  const cls = schema.classes.get(layout.class)!;
  const nodes = [...layoutNodes(layout.columns)];
  const observables: ObservablePlan[] = [];
  nodes.forEach(({ path, node }, index) => {
    if (path === 'observables' || path.startsWith('observables.')) return;
    if (node.type !== 'string' && !(node.type === 'list' && node.element?.type === 'string')) return;
    const found = observableOf(schema, cls, path);
    if (found === undefined || !observableTypes.includes(found.typeId)) return;
    const list = nodes.findIndex((n) => n.node.type === 'list' && (path === n.path || path.startsWith(`${n.path}.`)));
    const listPath = list < 0 ? '' : nodes[list]!.path;
    const name = list < 0 ? path : `${listPath}[#]${path.slice(listPath.length)}`;
    observables.push({ node: index, typeId: found.typeId, type: found.type, name, list });
  });
  return {
    name: layout.class,
    uid: cls.uid,
    caption: cls.caption,
    categoryUid: cls.categoryUid,
    categoryName: cls.categoryName,
    source: sourceName(schema.version, suffix),
    layout,
    nodes: nodes.map(({ path }) => path),
    observables,
    facts: [],
  };
}

/** The attribute at a dotted path of a class, with the attributes on the way. */
export function attributeChain(schema: OcsfSchema, cls: EventClass, path: string): Attribute[] | undefined {
  let attributes: ReadonlyMap<string, Attribute> | undefined = cls.attributes;
  const chain: Attribute[] = [];
  for (const name of path.split('.')) {
    const attribute: Attribute | undefined = attributes?.get(name);
    if (attribute === undefined) return undefined;
    chain.push(attribute);
    attributes = attribute.object === undefined ? undefined : schema.objects.get(attribute.object)?.attributes;
  }
  return chain;
}

/** The observable type of an attribute: the class's own word first, then the attribute's, then its type's. */
function observableOf(schema: OcsfSchema, cls: EventClass, path: string): { typeId: number; type: string } | undefined {
  const chain = attributeChain(schema, cls, path);
  const leaf = chain?.at(-1);
  if (leaf === undefined) return undefined;
  const typeId = cls.observables[path] ?? leaf.observable ?? schema.types.get(leaf.type)?.observable;
  const type = typeId === undefined ? undefined : schema.observableTypes.get(typeId);
  return typeId === undefined || type === undefined ? undefined : { typeId, type };
}
