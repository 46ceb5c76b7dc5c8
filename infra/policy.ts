/** IAM roles whose statements name actions and resources, and give a reason where a resource holds a wildcard. */
import { type CfnCondition, Fn, type Stack, Validations } from 'aws-cdk-lib';
import { CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';

export interface Grant {
  sid: string;
  actions: readonly string[];
  /** ARNs as `Fn::Sub` takes them: `arn:${AWS::Partition}:s3:::${WorkBucket}` */
  resources: readonly string[];
  /** why a resource holds a wildcard; needed where one does */
  why?: string;
  condition?: Record<string, Record<string, unknown>>;
}

export interface RoleProps {
  description: string;
  trust: Trust;
  /** needed where other accounts name the role before it is there */
  roleName?: string;
  grants: readonly Grant[];
}

export interface Trust {
  principal: Record<'Service' | 'AWS', unknown> | Record<'Service', unknown> | Record<'AWS', unknown>;
  condition?: Record<string, Record<string, unknown>>;
}

/** A role with one inline policy. */
export function role(stack: Stack, id: string, { description, trust, roleName, grants }: RoleProps): CfnRole {
  const made = new CfnRole(stack, id, {
    description,
    ...(roleName === undefined ? {} : { roleName: Fn.sub(roleName) }),
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: trust.principal,
          Action: 'sts:AssumeRole',
          ...(trust.condition === undefined ? {} : { Condition: trust.condition }),
        },
      ],
    },
    policies: [{ policyName: id, policyDocument: documentOf(grants) }],
  });
  giveReasons(made, grants);
  return made;
}

/** More of a role's permissions, which exist only under a condition of the stack. */
export function grantIf(stack: Stack, id: string, to: CfnRole, condition: CfnCondition, grants: readonly Grant[]): void {
  const policy = new CfnPolicy(stack, id, { policyName: id, roles: [to.ref], policyDocument: documentOf(grants) });
  policy.cfnOptions.condition = condition;
  giveReasons(policy, grants);
}

function documentOf(grants: readonly Grant[]) {
  return {
    Version: '2012-10-17',
    Statement: grants.map(({ sid, actions, resources, condition }) => ({
      Sid: sid,
      Effect: 'Allow',
      Action: [...actions],
      Resource: resources.map((resource) => (resource.includes('${') ? Fn.sub(resource) : resource)),
      ...(condition === undefined ? {} : { Condition: condition }),
    })),
  };
}

/** cdk-nag asks for every wildcard; what it is told stands in the template's metadata too. */
function giveReasons(on: CfnRole | CfnPolicy, grants: readonly Grant[]): void {
  for (const { sid, resources, why } of grants) {
    for (const resource of resources.filter((each) => each.includes('*'))) {
      if (why === undefined) throw new Error(`${sid}: ${resource} holds a wildcard and gives no reason`);
      const finding = resource.replaceAll('${', '<').replaceAll('}', '>');
      Validations.of(on).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason: why });
    }
  }
}

export const service = (name: string, condition?: Trust['condition']): Trust => ({
  principal: { Service: name },
  ...(condition === undefined ? {} : { condition }),
});

/** A service that acts for this account alone: without it, one account could make the service use another's role. */
export const ofThisAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
