/** AWS Batch on EC2: where jobs run, the queues, and what a job is. */
import { Fn, type Stack } from 'aws-cdk-lib';
import { CfnComputeEnvironment, CfnJobDefinition, CfnJobQueue } from 'aws-cdk-lib/aws-batch';
import { CfnLaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { CfnInstanceProfile, type CfnRole } from 'aws-cdk-lib/aws-iam';
import type { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { RETRY_RULES } from '../src/backfill/retry-rules.js';
import { containerEnvironment } from './lake-access.js';
import type { Network } from './network.js';
import { whole } from './parameters.js';
import { role, service } from './policy.js';

/** Families of three makers and generations, so that Spot has many pools to choose from; the sizes are Batch's to choose. */
const FAMILIES = {
  arm64: ['c7g', 'c8g', 'c6g', 'm7g', 'm6g'],
  x86: ['c7i', 'c7a', 'c6i', 'c6a', 'm7i', 'm6i'],
};

/** A job's share of a machine: 1.5 GiB, and 1 GiB a worker. */
const VCPUS = 4;
const MEMORY_MIB = 1536 + 1024 * VCPUS;

export interface Queues {
  arm64: CfnJobQueue;
  x86: CfnJobQueue;
}

/** Two queues: Batch refuses a queue over machines of both architectures. In each Spot comes first, On-Demand last. */
export function queues(stack: Stack, net: Network, logs: CfnLogGroup): Queues {
  const most = whole(stack, 'MaxVcpus', 'vCPUs at once, in each of the queues and of Spot and On-Demand', 256, 4, 10_000);
  const scratch = whole(stack, 'ScratchGiB', "Disk of a machine, in GiB, for its jobs' scratch", 200, 50, 4000);
  const profile = new CfnInstanceProfile(stack, 'InstanceProfile', { roles: [instanceRole(stack, logs).ref] });
  const template = new CfnLaunchTemplate(stack, 'LaunchTemplate', {
    launchTemplateData: {
      metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: {
            volumeType: 'gp3',
            volumeSize: scratch.valueAsNumber,
            encrypted: true,
            deleteOnTermination: true,
            throughput: 250,
          },
        },
      ],
    },
  });
  const environment = (id: string, type: 'SPOT' | 'EC2', families: string[]) =>
    new CfnComputeEnvironment(stack, id, {
      type: 'MANAGED',
      // in place, on machines that have no job
      replaceComputeEnvironment: false,
      updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 60 },
      computeResources: {
        type,
        allocationStrategy: type === 'SPOT' ? 'SPOT_PRICE_CAPACITY_OPTIMIZED' : 'BEST_FIT_PROGRESSIVE',
        minvCpus: 0,
        maxvCpus: most.valueAsNumber,
        instanceTypes: families,
        instanceRole: profile.attrArn,
        subnets: net.subnetIds.valueAsList,
        securityGroupIds: [net.securityGroup.attrGroupId],
        ec2Configuration: [{ imageType: 'ECS_AL2023' }],
        launchTemplate: { launchTemplateId: template.ref, version: template.attrLatestVersionNumber },
        updateToLatestImageVersion: true,
        tags: { application: 'falconry' },
      },
    });
  const queue = (id: string, suffix: string, families: string[]) =>
    new CfnJobQueue(stack, `${id}Queue`, {
      jobQueueName: Fn.sub(`\${AWS::StackName}${suffix}`),
      priority: 1,
      computeEnvironmentOrder: [
        { order: 1, computeEnvironment: environment(`${id}Spot`, 'SPOT', families).attrComputeEnvironmentArn },
        { order: 2, computeEnvironment: environment(`${id}OnDemand`, 'EC2', families).attrComputeEnvironmentArn },
      ],
      // a job that no machine can ever hold fails, and raises the alarm, instead of waiting for ever
      jobStateTimeLimitActions: [
        {
          action: 'CANCEL',
          state: 'RUNNABLE',
          maxTimeSeconds: 1800,
          reason: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
        },
      ],
    });
  return { arm64: queue('Arm64', '', FAMILIES.arm64), x86: queue('X86', '-x86', FAMILIES.x86) };
}

/** What the ECS agent of a machine does, and no more: AWS's managed policy allows it in every cluster. */
function instanceRole(stack: Stack, logs: CfnLogGroup): CfnRole {
  const cluster = 'arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}';
  const made = 'Batch makes the cluster and names it; machines and tasks come and go in it';
  return role(stack, 'InstanceRole', {
    description: 'Falconry: a machine of AWS Batch',
    trust: service('ec2.amazonaws.com'),
    grants: [
      {
        sid: 'JoinCluster',
        actions: [
          'ecs:RegisterContainerInstance',
          'ecs:DeregisterContainerInstance',
          'ecs:SubmitContainerStateChange',
          'ecs:SubmitTaskStateChange',
          'ecs:SubmitAttachmentStateChanges',
        ],
        resources: [`${cluster}:cluster/AWSBatch-*`, `${cluster}:cluster/*_Batch_*`],
        why: made,
      },
      {
        sid: 'TalkToCluster',
        actions: ['ecs:Poll', 'ecs:StartTelemetrySession', 'ecs:UpdateContainerInstancesState'],
        resources: [`${cluster}:container-instance/*`],
        why: made,
      },
      { sid: 'FindEndpoint', actions: ['ecs:DiscoverPollEndpoint'], resources: ['*'], why: 'the action knows no resource' },
      ...pullGrants(),
      {
        sid: 'WriteLogs',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [`\${${logs.node.id}.Arn}`],
      },
    ],
  });
}

export function pullGrants() {
  return [
    {
      sid: 'PullImage',
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: ['${ImageRepositoryArn}'],
    },
    { sid: 'LogInToEcr', actions: ['ecr:GetAuthorizationToken'], resources: ['*'], why: 'the action knows no resource' },
  ];
}

export interface JobProps {
  /** after the stack's name */
  name: string;
  /** what runs where a submission names no other command */
  command: string[];
  timeoutSeconds: number;
  jobRole: CfnRole;
  logs: CfnLogGroup;
}

export function jobDefinition(
  stack: Stack,
  id: string,
  { name, command, timeoutSeconds, jobRole, logs }: JobProps,
): CfnJobDefinition {
  return new CfnJobDefinition(stack, id, {
    type: 'container',
    jobDefinitionName: Fn.sub(`\${AWS::StackName}-${name}`),
    platformCapabilities: ['EC2'],
    propagateTags: true,
    retryStrategy: { attempts: 10, evaluateOnExit: [...RETRY_RULES] },
    timeout: { attemptDurationSeconds: timeoutSeconds },
    containerProperties: {
      image: Fn.ref('ImageUri'),
      command,
      jobRoleArn: jobRole.attrArn,
      user: 'node',
      privileged: false,
      readonlyRootFilesystem: true,
      linuxParameters: { initProcessEnabled: true },
      // Docker makes the volume and gives it the owner and mode that /tmp has in the image
      volumes: [{ name: 'scratch', host: {} }],
      mountPoints: [{ sourceVolume: 'scratch', containerPath: '/tmp', readOnly: false }],
      environment: [
        { name: 'AWS_REGION', value: Fn.ref('AWS::Region') },
        // as src/cli/start.cts sets it for the command line
        { name: 'UV_THREADPOOL_SIZE', value: String(VCPUS + 2) },
        ...containerEnvironment(),
      ],
      resourceRequirements: [
        { type: 'VCPU', value: String(VCPUS) },
        { type: 'MEMORY', value: String(MEMORY_MIB) },
      ],
      logConfiguration: {
        logDriver: 'awslogs',
        options: { 'awslogs-group': logs.ref, 'awslogs-region': Fn.ref('AWS::Region'), 'awslogs-stream-prefix': name },
      },
    },
  });
}
