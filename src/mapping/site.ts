/** A class or object in all versions that have it, and the attributes that entries name there; asked often, so it remembers. */
import type { Attribute, OcsfSchema, OcsfVersion } from '../ocsf/schema.js';
import { classOwner, type Found, findAttribute, type Owner, objectOwner, pathProblem, selfFilled } from './attribute.js';
import type { EnumSite } from './fit-scalar.js';
import type { Value } from './model.js';

export class Site {
  private readonly slots = new Map<string, Slot>();

  /** @param owners the default version first */
  constructor(readonly owners: readonly Owner[]) {}

  get versions(): OcsfVersion[] {
    return this.owners.map((owner) => owner.schema.version);
  }

  at(path: string): Slot {
    let slot = this.slots.get(path);
    if (!slot) this.slots.set(path, (slot = new Slot(this, path)));
    return slot;
  }
}

/** The attribute at a path of a site. */
export class Slot {
  readonly names: readonly string[];
  /** in the versions that have it */
  readonly found: readonly Found[];
  readonly versions: ReadonlySet<OcsfVersion>;
  /** of {@link found}, those that differ in what they can hold: mostly one */
  readonly kinds: readonly Found[];
  /** what values became here */
  readonly fitted = new WeakMap<Value, Value | string>();
  /** null: it was asked and is open */
  private reserved: string | null | undefined;
  private enums: EnumSite | undefined;
  private inside: Site | undefined;

  constructor(
    private readonly site: Site,
    private readonly path: string,
  ) {
    this.names = path.split('.');
    this.found = site.owners.flatMap((owner) => findAttribute(owner, path) ?? []);
    this.versions = new Set(this.found.map(({ owner }) => owner.schema.version));
    this.kinds = [...new Map(this.found.map((one) => [kindOf(one.attribute), one])).values()];
  }

  /** Why no entry may stand here: no version has the attribute, or it fills itself. */
  get closed(): string | undefined {
    if (this.found[0]) return (this.reserved ??= selfFilled(this.path, this.found[0]) ?? null) ?? undefined;
    const [owner] = this.site.owners;
    return owner ? pathProblem(owner, this.path) : 'no version has this class';
  }

  /** The captions of an enum in all versions together. */
  get enumSite(): EnumSite {
    return (this.enums ??= enumSite(this.found));
  }

  /** The objects that an object attribute or an array of objects holds. */
  get objects(): Site {
    return (this.inside ??= new Site(this.found.flatMap(({ attribute, owner }) => objectOwner(owner.schema, attribute) ?? [])));
  }
}

/** The sites of classes. */
export class Sites {
  private readonly sites = new Map<string, Site>();

  constructor(readonly schemas: readonly OcsfSchema[]) {}

  /** The class in those of the versions that have it; `owners` is empty where none has. */
  of(name: string, versions?: readonly OcsfVersion[]): Site {
    const key = `${name} ${versions?.join() ?? ''}`;
    let site = this.sites.get(key);
    if (!site) this.sites.set(key, (site = new Site(this.owners(name, versions))));
    return site;
  }

  /** The names of the classes that any version has. */
  names(): Set<string> {
    return new Set(this.schemas.flatMap((schema) => [...schema.classes.keys()]));
  }

  private owners(name: string, versions?: readonly OcsfVersion[]): Owner[] {
    return this.schemas.flatMap((schema) => {
      const found = schema.classes.get(name);
      return found && (versions?.includes(schema.version) ?? true) ? [classOwner(schema, found)] : [];
    });
  }
}

function kindOf({ type, object, isArray, enum: ids }: Attribute): string {
  return `${object ?? type}${isArray ? '[]' : ''}${ids ? ' enum' : ''}`;
}

function enumSite(found: readonly Found[]): EnumSite {
  const captions = new Set<string>();
  const ids: Record<string, string> = {};
  let takesSource = false;
  for (const { attribute } of found) {
    for (const [id, caption] of Object.entries(attribute.enum ?? {})) {
      captions.add(caption);
      ids[id] ??= caption;
    }
    if (attribute.sibling !== undefined && attribute.enum && Object.hasOwn(attribute.enum, '99')) takesSource = true;
  }
  return { captions, ids, takesSource };
}
