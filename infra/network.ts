/** The jobs' place in a VPC that is there already. */
import { CfnCondition, type CfnParameter, Fn, CfnParameter as Parameter, type Stack } from 'aws-cdk-lib';
import { CfnSecurityGroup, CfnVPCEndpoint } from 'aws-cdk-lib/aws-ec2';
import { must, text } from './parameters.js';

export interface Network {
  subnetIds: CfnParameter;
  securityGroup: CfnSecurityGroup;
}

export function network(stack: Stack): Network {
  const vpc = new Parameter(stack, 'VpcId', { type: 'AWS::EC2::VPC::Id', description: 'The VPC that jobs run in' });
  const subnetIds = new Parameter(stack, 'SubnetIds', {
    type: 'List<AWS::EC2::Subnet::Id>',
    description: 'Its private subnets, in several zones: the more zones, the more Spot capacity',
  });
  const securityGroup = new CfnSecurityGroup(stack, 'JobSecurityGroup', {
    groupDescription: 'Falconry jobs: HTTPS out, nothing in',
    vpcId: vpc.valueAsString,
    securityGroupIngress: [],
    securityGroupEgress: [{ ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: '0.0.0.0/0', description: 'AWS over TLS' }],
  });
  return { subnetIds, securityGroup };
}

/**
 * The gateway endpoint for S3: one that is there, or a new one in the route tables that are given. One of both is required, and the
 * returned condition goes into every statement that lets a job use S3. A job whose traffic would go through a NAT gateway, at a price
 * above that of the conversion, is refused at its first request.
 */
export function s3Endpoint(stack: Stack): Record<string, Record<string, unknown>> {
  const existing = text(stack, 'S3EndpointId', {
    description: "The VPC's gateway endpoint for S3, if there is one: vpce-…",
    pattern: '^vpce-[0-9a-f]+$',
    default: '',
  });
  const tables = text(stack, 'RouteTableIds', {
    description: 'Else: the route tables of the subnets, rtb-…,rtb-…, for a new one',
    pattern: '^rtb-[0-9a-f]+(,rtb-[0-9a-f]+)*$',
    default: '',
  });
  const isEmpty = (parameter: CfnParameter) => Fn.conditionEquals(parameter.valueAsString, '');
  must(stack, 'S3EndpointRequired', 'Give S3EndpointId, or RouteTableIds to make one.', {
    that: Fn.conditionNot(Fn.conditionAnd(isEmpty(existing), isEmpty(tables))),
  });
  const isNew = new CfnCondition(stack, 'NewS3Endpoint', { expression: isEmpty(existing) });
  const endpoint = new CfnVPCEndpoint(stack, 'S3Endpoint', {
    vpcId: Fn.ref('VpcId'),
    vpcEndpointType: 'Gateway',
    serviceName: Fn.sub('com.amazonaws.${AWS::Region}.s3'),
    routeTableIds: Fn.split(',', tables.valueAsString),
  });
  endpoint.cfnOptions.condition = isNew;
  return { StringEquals: { 'aws:SourceVpce': Fn.conditionIf(isNew.logicalId, endpoint.ref, existing.valueAsString) } };
}
