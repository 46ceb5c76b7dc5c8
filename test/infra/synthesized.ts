/** The templates as `infra:synth` writes them, made once a test file. */
import { makeApp } from '../../infra/app.js';

// biome-ignore lint/suspicious/noExplicitAny: templates are trees of JSON that each test looks into
export type Json = any;

export interface Template {
  Resources: Record<string, { Type: string; Properties: Json; Metadata?: Json; Condition?: string; DeletionPolicy?: string }>;
  Parameters: Record<string, Json>;
  Conditions: Record<string, Json>;
  Rules: Record<string, Json>;
  Outputs: Record<string, Json>;
}

export type StackName = 'falconry' | 'falconry-lake' | 'falconry-realtime';

export const app = makeApp('1.2.0');
const assembly = app.synth();
export const stacks = assembly.stacks.map(({ stackName, template }) => ({
  name: stackName as StackName,
  template: template as Template,
}));

export const templateOf = (name: StackName): Template => stacks.find((stack) => stack.name === name)!.template;
export const assets = assembly.stacks.flatMap((stack) => stack.assets);

/** Resources of a type: logical id and properties. */
export const ofType = ({ Resources }: Template, type: string): [id: string, properties: Json][] =>
  Object.entries(Resources).flatMap(([id, resource]) => (resource.Type === type ? [[id, resource.Properties]] : []));

export const one = (template: Template, type: string): Json => {
  const all = ofType(template, type);
  if (all.length !== 1) throw new Error(`${all.length} resources of type ${type}`);
  return all[0]![1];
};

/** Text of an intrinsic function: `<Name>` for what CloudFormation puts in. */
export function flat(value: Json): string {
  if (typeof value === 'string') return value.replaceAll('${', '<').replaceAll('}', '>');
  if (value?.Ref !== undefined) return `<${value.Ref}>`;
  if (value?.['Fn::Sub'] !== undefined) return flat([value['Fn::Sub']].flat()[0]);
  if (value?.['Fn::GetAtt'] !== undefined) return `<${value['Fn::GetAtt'].join('.')}>`;
  if (value?.['Fn::Join'] !== undefined) return value['Fn::Join'][1].map(flat).join(value['Fn::Join'][0]);
  return JSON.stringify(value);
}

export interface Statement {
  /** stack and logical id of what it belongs to */
  of: string;
  sid: string;
  effect: string;
  actions: string[];
  resources: string[];
  condition: Json;
  principal: Json;
  metadata: Json;
}

/** Every statement of every policy, wherever in a template it stands. */
export function statements(): Statement[] {
  const found: Statement[] = [];
  for (const { name, template } of stacks) {
    for (const [id, { Properties, Metadata }] of Object.entries(template.Resources)) {
      walk(Properties, (document) => {
        for (const each of document.Statement) {
          found.push({
            of: `${name}/${id}`,
            sid: each.Sid ?? '',
            effect: each.Effect,
            actions: [each.Action].flat(),
            resources: [each.Resource ?? []].flat().map(flat),
            condition: each.Condition,
            principal: each.Principal,
            metadata: Metadata,
          });
        }
      });
    }
  }
  return found;
}

function walk(value: Json, visit: (document: Json) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value.Statement)) visit(value);
  else for (const each of Object.values(value)) walk(each, visit);
}
