/** `falconry pull` as a Fargate service, off until it is told a feed: takes files from the vendor's own queue. */
import { CfnCondition, type CfnParameter, Fn, type Stack, Token, Validations } from 'aws-cdk-lib';
import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnCluster, CfnService, CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { CfnKey } from 'aws-cdk-lib/aws-kms';
import { pullGrants } from './batch.js';
import { PULL_TO_ARCHIVE, PULL_TO_LAKE } from './commands.js';
import { containerEnvironment, dataGrants, grantLake, VIA_S3 } from './lake-access.js';
import { type Alarms, logGroup } from './observe.js';
import { arn, isGiven, must, text, whole } from './parameters.js';
import { grantIf, ofThisAccount, role, service } from './policy.js';

export function pull(stack: Stack, key: CfnKey, retention: CfnParameter, alarms: Alarms): void {
  const feed = text(stack, 'FeedQueueUrl', {
    description: "The FDR feed's own queue; empty: pull is off",
    pattern: '^https://[^\\s]+$',
    default: '',
  });
  const secret = arn(
    stack,
    'FeedKeyPairArn',
    "The Secrets Manager secret with the feed's key pair, as JSON: accessKeyId, secretAccessKey",
    'secretsmanager',
  );
  const vpc = text(stack, 'PullVpcId', { description: 'For pull: a VPC', pattern: '^vpc-[0-9a-f]+$', default: '' });
  const subnets = text(stack, 'PullSubnetIds', {
    description: 'Its private subnets, with a way to the internet: the feed is in the account of the vendor',
    pattern: '^subnet-[0-9a-f]+(,subnet-[0-9a-f]+)*$',
    default: '',
  });
  const into = text(stack, 'PullInto', {
    description: 'archive: copy the files to ArchiveBucket, where notices bring them to the function; lake: convert them at once',
    default: 'archive',
    values: ['archive', 'lake'],
  });
  new CfnCondition(stack, 'PullIntoLake', { expression: Fn.conditionEquals(into.valueAsString, 'lake') });
  const intoArchive = new CfnCondition(stack, 'PullIntoArchive', {
    expression: Fn.conditionEquals(into.valueAsString, 'archive'),
  });
  const tasks = whole(stack, 'PullTasks', 'Pullers at once', 1, 1, 20);
  const isOn = new CfnCondition(stack, 'PullIsOn', { expression: isGiven(feed) });
  must(stack, 'PullNeeds', 'Pull needs FeedKeyPairArn, PullVpcId and PullSubnetIds.', {
    when: isGiven(feed),
    that: Fn.conditionAnd(isGiven(secret), isGiven(vpc), isGiven(subnets)),
  });

  const logs = logGroup(stack, 'PullLogs', '/falconry/${AWS::StackName}/pull', key, retention);
  const execution = role(stack, 'PullExecutionRole', {
    description: 'Falconry: starts the tasks of pull',
    trust: service('ecs-tasks.amazonaws.com', ofThisAccount),
    grants: [
      ...pullGrants(),
      { sid: 'WriteLogs', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: ['${PullLogs.Arn}'] },
    ],
  });
  grantIf(stack, 'PullSecret', execution, isOn, [
    { sid: 'ReadFeedSecret', actions: ['secretsmanager:GetSecretValue'], resources: ['${FeedKeyPairArn}'] },
  ]);
  const taskRole = role(stack, 'PullRole', {
    description: 'Falconry: what pull may do; the feed itself is read with the key pair of the vendor',
    roleName: '${AWS::StackName}-pull-${AWS::Region}',
    trust: service('ecs-tasks.amazonaws.com', ofThisAccount),
    grants: dataGrants({ workBucketArn: 'arn:${AWS::Partition}:s3:::${WorkBucket}', workKeyArn: '${WorkKeyArn}' }),
  });
  grantLake(stack, taskRole, 'Pull');
  grantIf(stack, 'PullArchive', taskRole, intoArchive, [
    {
      sid: 'WriteArchive',
      actions: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      resources: ['arn:${AWS::Partition}:s3:::${ArchiveBucket}/${ArchivePrefix}*'],
      why: 'the keys are those of the feed',
    },
  ]);
  const withKey = new CfnCondition(stack, 'PullIntoArchiveWithKey', {
    expression: Fn.conditionAnd(intoArchive, stack.node.findChild('HasArchiveKey') as CfnCondition),
  });
  grantIf(stack, 'PullWriteKey', taskRole, withKey, [
    { sid: 'WriteWithArchiveKey', actions: ['kms:GenerateDataKey'], resources: ['${ArchiveKeyArn}'], condition: VIA_S3 },
  ]);

  const cluster = new CfnCluster(stack, 'PullCluster', { clusterSettings: [{ name: 'containerInsights', value: 'enabled' }] });
  const task = new CfnTaskDefinition(stack, 'PullTask', {
    family: Fn.sub('${AWS::StackName}-pull'),
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '2048',
    memory: '4096',
    ephemeralStorage: { sizeInGiB: 50 },
    runtimePlatform: { cpuArchitecture: Fn.conditionIf('IsArm', 'ARM64', 'X86_64').toString(), operatingSystemFamily: 'LINUX' },
    executionRoleArn: execution.attrArn,
    taskRoleArn: taskRole.attrArn,
    volumes: [{ name: 'scratch' }],
    containerDefinitions: [
      {
        name: 'pull',
        image: Fn.ref('ImageUri'),
        essential: true,
        command: Token.asList(Fn.conditionIf('PullIntoLake', PULL_TO_LAKE.map(sub), PULL_TO_ARCHIVE.map(sub))),
        user: 'node',
        readonlyRootFilesystem: true,
        linuxParameters: { initProcessEnabled: true },
        mountPoints: [{ sourceVolume: 'scratch', containerPath: '/tmp', readOnly: false }],
        environment: containerEnvironment(),
        // a file that is under way is finished, or left to the next
        stopTimeout: 120,
        secrets: [
          { name: 'FALCONRY_FDR_ACCESS_KEY_ID', valueFrom: Fn.sub('${FeedKeyPairArn}:accessKeyId::') },
          { name: 'FALCONRY_FDR_SECRET_ACCESS_KEY', valueFrom: Fn.sub('${FeedKeyPairArn}:secretAccessKey::') },
        ],
        logConfiguration: {
          logDriver: 'awslogs',
          options: { 'awslogs-group': logs.ref, 'awslogs-region': Fn.ref('AWS::Region'), 'awslogs-stream-prefix': 'pull' },
        },
      },
    ],
  });
  Validations.of(task).acknowledge({
    id: 'AwsSolutions-ECS2',
    reason: 'the variables name roles and a database; the key pair of the feed comes from Secrets Manager',
  });
  const group = new CfnSecurityGroup(stack, 'PullSecurityGroup', {
    groupDescription: 'Falconry pull: HTTPS out, nothing in',
    vpcId: vpc.valueAsString,
    securityGroupIngress: [],
    securityGroupEgress: [
      { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: '0.0.0.0/0', description: 'the feed and AWS over TLS' },
    ],
  });
  const running = new CfnService(stack, 'PullService', {
    cluster: cluster.ref,
    taskDefinition: task.ref,
    launchType: 'FARGATE',
    desiredCount: tasks.valueAsNumber,
    deploymentConfiguration: {
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
    },
    networkConfiguration: {
      awsvpcConfiguration: {
        assignPublicIp: 'DISABLED',
        subnets: Fn.split(',', subnets.valueAsString),
        securityGroups: [group.attrGroupId],
      },
    },
  });
  const stopped = alarms.add(
    'PullStopped',
    'Fewer pullers run than asked for: the feed is not taken, and its queue forgets after seven days.',
    {
      namespace: 'ECS/ContainerInsights',
      metricName: 'RunningTaskCount',
      dimensions: [
        { name: 'ClusterName', value: cluster.ref },
        { name: 'ServiceName', value: running.attrName },
      ],
      statistic: 'Minimum',
      period: 300,
      evaluationPeriods: 3,
      threshold: tasks.valueAsNumber,
      comparisonOperator: 'LessThanThreshold',
      treatMissingData: 'breaching',
    },
  );
  for (const resource of [cluster, task, group, running, stopped]) resource.cfnOptions.condition = isOn;
}

/** A word without a `${…}` is itself. */
const sub = (word: string): string => (word.includes('${') ? Fn.sub(word) : word);
