/** The CloudFormation templates: valid, without assets, and what they say where it matters. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  COMPACT_COMMAND,
  CONVERT_COMMAND,
  FUNCTION_COMMAND,
  NIGHTLY_COMMAND,
  PULL_TO_ARCHIVE,
  PULL_TO_LAKE,
  WORKING_DIRECTORY,
} from '../../infra/commands.js';
import { role, service } from '../../infra/policy.js';
import { loadCompiled, PACKAGE_ROOT } from '../../src/convert/definitions.js';
import { LAKE_ACCESS, lakeAccessOf } from '../../src/lake/lake-access.js';
import { app, assets, flat, type Json, ofType, one, stacks, statements, type Template, templateOf } from './synthesized.js';

const conversion = templateOf('falconry');
const lake = templateOf('falconry-lake');
const realtime = templateOf('falconry-realtime');

describe('every template', () => {
  // aws-cdk-lib carries AWS's validator, with the schema of every resource type in it
  const require = createRequire(createRequire(import.meta.url).resolve('aws-cdk-lib'));
  const { CompositeEngine, TemplateContent } = require('@aws/cloudformation-validate');
  const engine = new CompositeEngine();
  afterAll(() => engine.free());

  function problems(name: string, template: unknown): string[] {
    const { diagnostics } = engine.validateTemplate(new TemplateContent(JSON.stringify(template), name));
    return diagnostics.flatMap((each: Json) =>
      each.severity === 'INFO' ? [] : [`${each.severity} ${each.ruleId}: ${each.message}`],
    );
  }

  it.each(stacks.map(({ name }) => name))('%s: AWS knows every type, property and value', (name) => {
    const known = [
      // an Fn::If leaves an empty topic out
      /^WARN W1030: .*'AlarmTopicArn'.* default '' has length 0/,
    ];
    expect(problems(name, templateOf(name)).filter((problem) => !known.some((pattern) => pattern.test(problem)))).toEqual([]);
  });

  it('the validator finds what is wrong', () => {
    const broken = structuredClone(conversion);
    const change = (id: string, properties: object) => Object.assign(broken.Resources[id]!.Properties, properties);
    change('WorkBucket', { VersionningConfiguration: {} });
    change('Arm64Queue', { Priority: 'high' });
    change('WorkKey', { EnableKeyRotation: { Ref: 'Nobody' } });
    broken.Resources.S3Endpoint!.Type = 'AWS::EC2::VPCEndpiont';
    const found = problems('broken', broken);
    for (const part of ['VersionningConfiguration', "'high' is not of type 'integer'", 'Nobody', 'VPCEndpiont']) {
      expect(
        found.some((problem) => problem.includes(part)),
        part,
      ).toBe(true);
    }
  });

  it('can be deployed as it is: no assets, no bootstrap, short enough for a request, Rules that are checked first', () => {
    expect(assets).toEqual([]);
    for (const { name, template } of stacks) {
      expect(Object.keys(template.Parameters), name).not.toContain('BootstrapVersion');
      expect(JSON.stringify(template), name).not.toMatch(/cdk-hnb659fds|AWS::CDK::Metadata|aws:cdk:path/);
      expect(Buffer.byteLength(JSON.stringify(template)), name).toBeLessThan(51_200);
      expect(Object.keys(template.Resources).length, name).toBeLessThanOrEqual(500);
      for (const [id, { Description }] of Object.entries(template.Parameters)) expect(Description, `${name} ${id}`).toMatch(/\w/);
      expect(Object.keys(template.Rules).length, name).toBeGreaterThan(0);
    }
  });

  it('keeps to cdk-nag, and gives a reason for each exception', () => {
    expect(new AwsSolutionsChecks().validateScope(app).violations).toEqual([]);
    for (const { template } of stacks) {
      for (const [id, { Metadata }] of Object.entries(template.Resources)) {
        for (const { reason } of Metadata?.cdk_nag?.rules_to_suppress ?? []) expect(reason.length, id).toBeGreaterThan(15);
      }
    }
    // and nag does look
    const stack = new Stack(new App(), 'wrong');
    new CfnRole(stack, 'Wide', {
      assumeRolePolicyDocument: {},
      policies: [{ policyName: 'p', policyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] } }],
    });
    const found = new AwsSolutionsChecks().validateScope(stack).violations.map(({ ruleName }) => ruleName);
    expect(found).toEqual(expect.arrayContaining(['AwsSolutions-IAM5[Action::s3:*]', 'AwsSolutions-IAM5[Resource::*]']));
  });

  it('makes nothing that costs by the hour where nothing runs, and no custom resources', () => {
    const types = new Set(stacks.flatMap(({ template }) => Object.values(template.Resources).map(({ Type }) => Type)));
    for (const type of [
      'AWS::EC2::NatGateway',
      'AWS::EC2::VPC',
      'AWS::Lambda::Permission',
      'AWS::CloudFormation::CustomResource',
    ])
      expect(types).not.toContain(type);
    for (const [, { ComputeResources }] of ofType(conversion, 'AWS::Batch::ComputeEnvironment'))
      expect(ComputeResources.MinvCpus).toBe(0);
  });
});

describe('permissions', () => {
  const allowed = statements().filter(({ effect }) => effect === 'Allow');
  const ofRoles = allowed.filter(({ principal }) => principal === undefined);

  it('name their actions; only the owner of a key has them all', () => {
    expect(ofRoles.length).toBeGreaterThan(40);
    for (const { of, sid, actions } of allowed) {
      if (sid === 'Account') expect([actions, of]).toEqual([['kms:*'], expect.stringMatching(/\/(Work|Notices)Key$/)]);
      else for (const action of actions) expect(action, `${of} ${sid}`).toMatch(/^[a-z0-9-]+:[A-Za-z0-9]+$/);
    }
  });

  it('name their resources, or give a reason for what they leave open', () => {
    let open = 0;
    for (const { of, sid, resources, metadata } of ofRoles) {
      const reasons: { id: string }[] = metadata?.cdk_nag?.rules_to_suppress ?? [];
      expect(resources.length, `${of} ${sid}`).toBeGreaterThan(0);
      for (const resource of resources.filter((each) => each.includes('*'))) {
        open++;
        expect(
          reasons.map(({ id }) => id),
          `${of} ${sid}`,
        ).toContain(`AwsSolutions-IAM5[Resource::${resource}]`);
      }
    }
    expect(open).toBeGreaterThan(15);
    const stack = new Stack(new App(), 'wide');
    const wide = { sid: 'Wide', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::*'] };
    expect(() => role(stack, 'R', { description: '', trust: service('ec2.amazonaws.com'), grants: [wide] })).toThrow(
      /gives no reason/,
    );
  });

  it('leave all resources open only where the action knows none', () => {
    const without = ['ecr:GetAuthorizationToken', 'ecs:DiscoverPollEndpoint', 'lakeformation:GetDataAccess'];
    for (const { of, resources, actions } of ofRoles.filter((each) => each.resources.includes('*')))
      expect([of, without.includes(actions.join()), resources]).toEqual([of, true, ['*']]);
  });

  it("let the jobs delete staging, locks and the lake's own objects, and never a ledger, a journal or the archive", () => {
    const deletes = ofRoles.filter(({ actions }) => actions.includes('s3:DeleteObject')).flatMap(({ resources }) => resources);
    expect([...new Set(deletes.map((each) => each.replace(/^.*?(?=\/)/, '')))].sort()).toEqual([
      '/ext/fdr*/*',
      '/falconry/compaction/*/staging/*',
      '/falconry/lock/*',
      '/falconry/staging/*',
    ]);
    // pull alone writes there, when it is told to
    const ofArchive = ofRoles.filter(({ resources }) => resources.some((each) => each.includes('<ArchiveBucket>')));
    const archive = ofArchive.filter(({ of }) => of !== 'falconry-realtime/PullArchive');
    expect(ofArchive.length).toBe(archive.length + 1);
    expect(realtime.Resources.PullArchive!.Condition).toBe('PullIntoArchive');
    expect([...new Set(archive.flatMap(({ actions }) => actions))].sort()).toEqual(['s3:GetObject', 's3:ListBucket']);
  });

  it('refuse a job whose way to S3 is not the gateway endpoint, which the stack demands', () => {
    const jobs = statements().filter(({ of }) => /^falconry\/Job(Role|LakeBucket)$/.test(of) && of.startsWith('falconry/'));
    const s3 = jobs.filter(({ actions }) => actions.some((action) => action.startsWith('s3:')));
    expect(s3.length).toBe(7);
    for (const { sid, condition } of s3) {
      expect(condition, sid).toEqual({
        StringEquals: { 'aws:SourceVpce': { 'Fn::If': ['NewS3Endpoint', { Ref: 'S3Endpoint' }, { Ref: 'S3EndpointId' }] } },
      });
    }
    expect(one(conversion, 'AWS::EC2::VPCEndpoint')).toMatchObject({ VpcEndpointType: 'Gateway' });
    expect(conversion.Resources.S3Endpoint!.Condition).toBe('NewS3Endpoint');
    const isEmpty = (Ref: string) => ({ 'Fn::Equals': [{ Ref }, ''] });
    expect(conversion.Rules.S3EndpointRequired.Assertions[0].Assert).toEqual({
      'Fn::Not': [{ 'Fn::And': [isEmpty('S3EndpointId'), isEmpty('RouteTableIds')] }],
    });
  });

  it('are handed to one service, or to the jobs that show the external id', () => {
    for (const { name, template } of stacks) {
      for (const [id, { AssumeRolePolicyDocument }] of ofType(template, 'AWS::IAM::Role')) {
        const [trust] = AssumeRolePolicyDocument.Statement;
        if (trust.Principal.Service !== undefined) expect(trust.Principal.Service, id).toMatch(/^[a-z0-9-]+\.amazonaws\.com$/);
        else {
          expect(name).toBe('falconry-lake');
          expect(flat(trust.Principal.AWS)).toBe('arn:<AWS::Partition>:iam::<JobAccountId>:root');
          expect(trust.Condition.StringEquals).toEqual({ 'sts:ExternalId': { Ref: 'ExternalId' } });
          expect(trust.Condition.ArnEquals['aws:PrincipalArn']).toEqual({ 'Fn::Split': [',', { Ref: 'JobRoleArns' }] });
        }
      }
    }
    expect(ofType(lake, 'AWS::IAM::Role').map(([id]) => id)).toEqual(['CrawlerRole', 'MaintenanceRole', 'ProviderRole']);
    const pattern = new RegExp(lake.Parameters.JobRoleArns.AllowedPattern);
    const own = 'arn:aws:iam::123456789012:role/falconry-job-eu-central-1';
    expect([own, `${own},${own}`, 'arn:aws:iam::123456789012:role/*', '*'].map((value) => pattern.test(value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('of the provider role reach no further than a PUT', () => {
    const provider = statements().filter(({ of }) => of === 'falconry-lake/ProviderRole');
    expect(
      provider.filter(({ principal }) => principal === undefined).map(({ actions, resources }) => [actions, resources]),
    ).toEqual([[['s3:PutObject'], ['arn:<AWS::Partition>:s3:::<LakeBucket>/ext/fdr*/*']]]);
  });
});

describe('data', () => {
  it('of the work area is encrypted, private, behind TLS, kept when the stack goes; what is left over goes by itself', () => {
    const bucket = one(conversion, 'AWS::S3::Bucket');
    const [encryption] = bucket.BucketEncryption.ServerSideEncryptionConfiguration;
    expect(encryption).toMatchObject({ BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } });
    expect(Object.values(bucket.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    expect(bucket.OwnershipControls.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    expect(conversion.Resources.WorkBucket!.DeletionPolicy).toBe('Retain');
    const [staging, multiparts] = bucket.LifecycleConfiguration.Rules;
    expect([staging.Prefix, staging.ExpirationInDays]).toEqual(['falconry/staging/', 14]);
    expect(multiparts).toMatchObject({ Prefix: '', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 } });
  });

  it('is refused without TLS, by the bucket and by both queues', () => {
    const denials = statements().filter(({ effect }) => effect === 'Deny');
    expect(denials.map(({ of, actions, resources }) => [of, actions.join(), resources])).toEqual([
      ['falconry/WorkBucketPolicy', 's3:*', ['<WorkBucket.Arn>', '<WorkBucket.Arn>/*']],
      ['falconry-realtime/NoticesPolicy', 'sqs:*', ['<Notices.Arn>']],
      ['falconry-realtime/DeadNoticesPolicy', 'sqs:*', ['<DeadNotices.Arn>']],
    ]);
    for (const { condition, principal } of denials)
      expect([principal, condition]).toEqual(['*', { Bool: { 'aws:SecureTransport': 'false' } }]);
  });

  it('of logs and notices is encrypted with a key that rotates, and logs end', () => {
    const logs = stacks.flatMap(({ template }) => ofType(template, 'AWS::Logs::LogGroup'));
    expect(logs.map(([id]) => id).sort()).toEqual(['FailedJobs', 'FunctionLogs', 'JobLogs', 'PullLogs']);
    for (const [id, { RetentionInDays, KmsKeyId }] of logs) {
      expect([RetentionInDays, flat(KmsKeyId)], id).toEqual([
        { Ref: 'LogRetentionDays' },
        expect.stringMatching(/^<(Work|Notices)Key.Arn>$/),
      ]);
    }
    for (const [id, { KmsMasterKeyId }] of ofType(realtime, 'AWS::SQS::Queue'))
      expect(flat(KmsMasterKeyId), id).toBe('<NoticesKey.Arn>');
    for (const template of [conversion, realtime]) expect(one(template, 'AWS::KMS::Key').EnableKeyRotation).toBe(true);
  });
});

describe('AWS Batch', () => {
  it('has a queue an architecture, Spot first and On-Demand last', () => {
    const environments = new Map(ofType(conversion, 'AWS::Batch::ComputeEnvironment'));
    const queues = ofType(conversion, 'AWS::Batch::JobQueue');
    expect(queues.map(([, { JobQueueName }]) => flat(JobQueueName))).toEqual(['<AWS::StackName>', '<AWS::StackName>-x86']);
    for (const [id, { ComputeEnvironmentOrder }] of queues) {
      const order = ComputeEnvironmentOrder.map(
        ({ ComputeEnvironment }: Json) => environments.get(ComputeEnvironment['Fn::GetAtt'][0])!.ComputeResources,
      );
      expect(order.map(({ Type, AllocationStrategy }: Json) => [Type, AllocationStrategy])).toEqual([
        ['SPOT', 'SPOT_PRICE_CAPACITY_OPTIMIZED'],
        ['EC2', 'BEST_FIT_PROGRESSIVE'],
      ]);
      // Batch refuses a queue over both architectures: Graviton's families have a g after their number
      const families: string[] = order.flatMap(({ InstanceTypes }: Json) => InstanceTypes);
      expect([...new Set(families.map((family) => /^[a-z]\d+g/.test(family)))], id).toEqual([id === 'Arm64Queue']);
    }
  });

  it('runs on machines with encrypted disks that give their credentials to nobody', () => {
    const { LaunchTemplateData } = one(conversion, 'AWS::EC2::LaunchTemplate');
    expect(LaunchTemplateData.MetadataOptions).toEqual({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
    expect(LaunchTemplateData.BlockDeviceMappings[0].Ebs.Encrypted).toBe(true);
    const group = one(conversion, 'AWS::EC2::SecurityGroup');
    expect([
      group.SecurityGroupIngress,
      group.SecurityGroupEgress.map(({ FromPort, ToPort }: Json) => [FromPort, ToPort]),
    ]).toEqual([[], [[443, 443]]]);
  });

  it('tries again after a reclaim, a failed pull, 75 and 143, and after nothing else', () => {
    const jobs = ofType(conversion, 'AWS::Batch::JobDefinition');
    expect(jobs.map(([id]) => id)).toEqual(['ConvertJob', 'CompactJob']);
    for (const [, { RetryStrategy, Timeout }] of jobs) {
      const rules: Record<string, string>[] = RetryStrategy.EvaluateOnExit;
      expect(rules.length).toBeLessThanOrEqual(5);
      expect(rules.at(-1)).toEqual({ Action: 'EXIT', OnReason: '*' });
      const end = (event: Record<string, string>) =>
        rules.find((rule) =>
          Object.entries(rule).every(([name, pattern]) => {
            if (name === 'Action') return true;
            const value = event[name] ?? '';
            return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
          }),
        )!.Action;
      expect(end({ OnStatusReason: 'Host EC2 (instance i-0a1b2c) terminated.' })).toBe('RETRY');
      const noImage = 'CannotPullContainerError: pull image manifest has been retried 5 time(s)';
      for (const OnReason of [noImage, 'DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s']) {
        expect(end({ OnStatusReason: 'Task failed to start', OnReason })).toBe('RETRY');
      }
      expect(
        ['75', '143', '65', '70', '137', '1'].map((OnExitCode) =>
          end({ OnExitCode, OnReason: 'Essential container in task exited' }),
        ),
      ).toEqual([...['RETRY', 'RETRY'], ...['EXIT', 'EXIT', 'EXIT', 'EXIT']]);
      expect(RetryStrategy.Attempts).toBe(10);
      expect(Timeout.AttemptDurationSeconds).toBeGreaterThanOrEqual(3600);
    }
  });

  it('gives a job a root that it cannot write to, a scratch, and no rights on the machine', () => {
    for (const [, { ContainerProperties: container }] of ofType(conversion, 'AWS::Batch::JobDefinition')) {
      expect(container).toMatchObject({
        ReadonlyRootFilesystem: true,
        Privileged: false,
        User: 'node',
        MountPoints: [{ ContainerPath: '/tmp', ReadOnly: false, SourceVolume: 'scratch' }],
        Volumes: [{ Name: 'scratch', Host: {} }],
        Image: { Ref: 'ImageUri' },
      });
      // DESIGN's budget: 1.5 GiB and 1 GiB a worker
      const [vcpus, memory] = ['VCPU', 'MEMORY'].map((type) =>
        Number(container.ResourceRequirements.find(({ Type }: Json) => Type === type).Value),
      );
      expect(memory).toBe(1536 + 1024 * vcpus!);
    }
  });

  it('gets the nightly compaction from the scheduler: an array whose size each child knows', () => {
    const { Target, FlexibleTimeWindow, State } = one(conversion, 'AWS::Scheduler::Schedule');
    expect(flat(Target.Arn)).toBe('arn:<AWS::Partition>:scheduler:::aws-sdk:batch:submitJob');
    expect([FlexibleTimeWindow.Mode, State]).toEqual(['FLEXIBLE', { Ref: 'NightlyCompaction' }]);
    const values: Record<string, string> = {
      NightlyChildren: '8',
      NightlyDays: '3',
      'AWS::StackName': 'falconry',
      'AWS::Region': 'eu-central-1',
    };
    const request = JSON.parse(
      Target.Input['Fn::Sub'].replace(/\$\{([\w:]+)\}/g, (_: string, name: string) => values[name] ?? name),
    );
    expect(request).toEqual({
      JobName: 'falconry-nightly',
      JobQueue: 'Arm64Queue',
      JobDefinition: 'CompactJob',
      ArrayProperties: { Size: 8 },
      ContainerOverrides: {
        Command: [
          ...['node', 'dist/jobs/compact-nightly.js', 's3://LakeBucket', '--work', 's3://WorkBucket/falconry'],
          ...['--days', '3', '--children', '8', '--region', 'eu-central-1'],
        ],
      },
    });
    expect(conversion.Parameters.NightlyChildren.MinValue).toBe(2);
  });
});

describe('alarms', () => {
  const metricOf = ({ Namespace, MetricName, Dimensions, Metrics }: Json): string =>
    Metrics === undefined
      ? `${flat(Namespace)} ${MetricName}${(Dimensions ?? []).map(({ Name, Value }: Json) => ` ${Name}=${flat(Value)}`).join('')}`
      : Metrics.map(
          ({ Expression, MetricStat }: Json) =>
            Expression ?? `${flat(MetricStat.Metric.Namespace)} ${MetricStat.Metric.MetricName}`,
        ).join('; ');
  const alarmsOf = (template: Template) =>
    Object.fromEntries(ofType(template, 'AWS::CloudWatch::Alarm').map(([id, alarm]) => [id.replace(/Alarm$/, ''), alarm]));
  const rate = ['EventsQuarantined', 'EventsRead'].map((name) => `Falconry/<AWS::StackName> ${name}`).join('; ');

  it('watch failed jobs, the quarantine and the days', () => {
    const alarms = alarmsOf(conversion);
    expect(Object.fromEntries(Object.entries(alarms).map(([id, alarm]) => [id, metricOf(alarm)]))).toEqual({
      FailedJobs: 'AWS/Events TriggeredRules RuleName=<JobFailed>',
      QuarantineRate: `${rate}; IF(read > 0, 100 * quarantined / read, 0)`,
      NoData: 'Falconry/<AWS::StackName> NewestDayPartitions',
    });
    expect(alarms.NoData).toMatchObject({
      TreatMissingData: 'breaching',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 3600,
      EvaluationPeriods: 28,
    });
    expect(alarms.FailedJobs).toMatchObject({ Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' });
    expect(conversion.Resources.JobFailed!.Properties.EventPattern).toEqual({
      source: ['aws.batch'],
      'detail-type': ['Batch Job State Change'],
      detail: { status: ['FAILED'], jobQueue: [{ Ref: 'Arm64Queue' }, { Ref: 'X86Queue' }] },
    });
  });

  it('watch the notices, the function and pull', () => {
    const alarms = alarmsOf(realtime);
    expect(Object.fromEntries(Object.entries(alarms).map(([id, alarm]) => [id, metricOf(alarm)]))).toEqual({
      OldestNotice: 'AWS/SQS ApproximateAgeOfOldestMessage QueueName=<Notices.QueueName>',
      DeadNotices: 'AWS/SQS ApproximateNumberOfMessagesVisible QueueName=<DeadNotices.QueueName>',
      FunctionErrors: 'AWS/Lambda Errors FunctionName=<Function>',
      QuarantineRate: `${rate}; IF(read > 0, 100 * quarantined / read, 0)`,
      NoNotices: 'AWS/SQS NumberOfMessagesSent QueueName=<Notices.QueueName>',
      PullStopped: 'ECS/ContainerInsights RunningTaskCount ClusterName=<PullCluster> ServiceName=<PullService.Name>',
    });
    expect(alarms.NoNotices.TreatMissingData).toBe('breaching');
    expect(realtime.Resources.PullStoppedAlarm!.Condition).toBe('PullIsOn');
  });

  it('go to a topic if there is one, and are explained', () => {
    for (const template of [conversion, realtime]) {
      for (const [id, alarm] of Object.entries(alarmsOf(template))) {
        expect(alarm.AlarmActions, id).toEqual([
          { 'Fn::If': ['HasAlarmTopic', { Ref: 'AlarmTopicArn' }, { Ref: 'AWS::NoValue' }] },
        ]);
        expect(alarm.AlarmDescription, id).toContain(`docs/operations.md, ${id}.`);
      }
    }
  });

  it('and parameters are those that docs/operations.md speaks of', () => {
    const text = readFileSync(join(PACKAGE_ROOT, 'docs/operations.md'), 'utf8');
    const headings = [...text.matchAll(/^### (\w+)$/gm)].map(([, id]) => id!);
    expect(headings.sort()).toEqual(
      [...new Set([conversion, realtime].flatMap((template) => Object.keys(alarmsOf(template))))].sort(),
    );
    const parameters = new Set(stacks.flatMap(({ template }) => Object.keys(template.Parameters)));
    const named = [...text.matchAll(/\b([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)=/g)].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(12);
    for (const name of named) expect(parameters, name).toContain(name);
  });

  it('have metrics: every name in the namespace of a stack is one that a filter of it makes', () => {
    for (const template of [conversion, realtime]) {
      const made = ofType(template, 'AWS::Logs::MetricFilter').map(
        ([, { MetricTransformations }]) => MetricTransformations[0].MetricName,
      );
      const used = Object.values(alarmsOf(template)).flatMap((alarm) =>
        [...metricOf(alarm).matchAll(/Falconry\/<AWS::StackName> (\w+)/g)].map(([, name]) => name!),
      );
      expect(made).toEqual(expect.arrayContaining([...new Set(used)]));
    }
    const body = JSON.parse(one(conversion, 'AWS::CloudWatch::Dashboard').DashboardBody['Fn::Sub'][0]);
    const shown = JSON.stringify(body)
      .match(/"Falconry\/\$\{AWS::StackName\}","\w+"/g)!
      .map((pair) => pair.split('"')[3]);
    const made = ofType(conversion, 'AWS::Logs::MetricFilter').map(
      ([, { MetricTransformations }]) => MetricTransformations[0].MetricName,
    );
    expect([...shown].sort()).toEqual([...made].sort());
  });
});

describe('the lake', () => {
  it('grants the maintenance role the tables of the sources, and no other', () => {
    const sources = loadCompiled('1.2.0').mapping.classes.map(({ source }) => source);
    const tables = ofType(lake, 'AWS::LakeFormation::PrincipalPermissions').flatMap(
      ([, { Resource, Principal, Permissions }]) => {
        if (Resource.Table === undefined) return [];
        expect([flat(Principal.DataLakePrincipalIdentifier), Permissions]).toEqual([
          '<MaintenanceRole.Arn>',
          ['ALTER', 'DESCRIBE', 'INSERT'],
        ]);
        return [flat(Resource.Table.Name)];
      },
    );
    expect(tables).toEqual(sources.map((source) => `amazon_security_lake_table_<RegionInNames>_ext_${source}`));
    for (const [id, { Condition }] of Object.entries(lake.Resources))
      if (id.startsWith('MaintenanceOn')) expect(Condition).toBe('TablesExist');
  });

  it('takes only ids that nobody guesses, and regions as the catalog writes them', () => {
    const { ExternalId, RegionInNames } = lake.Parameters;
    const takes = (parameter: Json, value: string) => new RegExp(parameter.AllowedPattern).test(value);
    expect(['falconry', '3b241101-e2bb-4255-8caf-4136c566a962'].map((value) => takes(ExternalId, value))).toEqual([false, true]);
    expect(ExternalId.Default).toBeUndefined();
    expect(['eu_central_1', 'us_gov_west_1', 'eu-central-1'].map((value) => takes(RegionInNames, value))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

/** What a Security Lake's jobs are told; an ordinary bucket's the empty text. */
const LAKE_VARIABLES = {
  FALCONRY_PROVIDER_ROLE: 'arn:<AWS::Partition>:iam::<LakeAccountId>:role/AmazonSecurityLake-Provider-{source}-{region}',
  FALCONRY_MAINTENANCE_ROLE: '<MaintenanceRoleArn>',
  FALCONRY_EXTERNAL_ID: '<ExternalId>',
  FALCONRY_GLUE_DATABASE: 'security-lake',
};

describe('a Security Lake', () => {
  it('is told to jobs, function and pull by their environment, in the words that they take', () => {
    const containers = ofType(conversion, 'AWS::Batch::JobDefinition').map(
      ([, { ContainerProperties }]) => ContainerProperties.Environment,
    );
    containers.push(one(realtime, 'AWS::ECS::TaskDefinition').ContainerDefinitions[0].Environment);
    const { Variables } = one(realtime, 'AWS::Lambda::Function').Environment;
    containers.push(Object.entries(Variables).map(([Name, Value]) => ({ Name, Value })));
    expect(containers).toHaveLength(4);
    for (const variables of containers) {
      const found = variables.filter(({ Name }: Json) => Name in LAKE_VARIABLES);
      expect(found).toHaveLength(Object.keys(LAKE_VARIABLES).length);
      for (const { Name, Value } of found) {
        const [condition, value, otherwise] = Value['Fn::If'];
        expect([condition, otherwise], Name).toEqual(['IsSecurityLake', '']);
        const text = typeof value === 'string' ? value : value['Fn::Sub'].replaceAll('${', '<').replace(/(<[\w:]+)\}/g, '$1>');
        expect(text, Name).toBe(LAKE_VARIABLES[Name as keyof typeof LAKE_VARIABLES]);
      }
    }
    const values = {
      '<AWS::Partition>': 'aws',
      '<LakeAccountId>': '444455556666',
      '<MaintenanceRoleArn>': 'arn:aws:iam::444455556666:role/m',
      '<ExternalId>': '3b241101-e2bb-4255-8caf-4136c566a962',
    };
    const env = Object.fromEntries(
      Object.entries(LAKE_VARIABLES).map(([name, text]) => [
        name,
        text.replace(/<[^>]+>/g, (word) => values[word as keyof typeof values]),
      ]),
    );
    expect(z.object(LAKE_ACCESS).parse(lakeAccessOf(env))).toMatchObject({ glueDatabase: 'security-lake' });
    expect(lakeAccessOf(Object.fromEntries(Object.keys(env).map((name) => [name, ''])))).toEqual({});
  });

  it('needs its account, its maintenance role and the external id', () => {
    for (const template of [conversion, realtime]) {
      const { Assertions } = template.Rules.SecurityLakeNeedsItsAccount;
      for (const name of ['LakeAccountId', 'MaintenanceRoleArn', 'ExternalId'])
        expect(JSON.stringify(Assertions), name).toContain(`"Ref":"${name}"`);
    }
  });

  it('lets the maintenance role do in the catalog what registering and verifying ask, and no more', () => {
    const glue = statements()
      .filter(({ of }) => of === 'falconry-lake/MaintenanceRole')
      .flatMap(({ actions }) => actions.filter((action) => action.startsWith('glue:')));
    expect(glue).toEqual(['glue:GetTable', 'glue:BatchGetPartition', 'glue:BatchCreatePartition']);
  });
});

describe('what runs', () => {
  it('is what test/infra/image.test.ts starts', () => {
    const jobs = ofType(conversion, 'AWS::Batch::JobDefinition').map(
      ([, { ContainerProperties }]) => ContainerProperties.Command,
    );
    expect(jobs).toEqual([CONVERT_COMMAND, COMPACT_COMMAND]);
    const { EntryPoint, Command, WorkingDirectory } = one(realtime, 'AWS::Lambda::Function').ImageConfig;
    expect([[...EntryPoint, ...Command], WorkingDirectory]).toEqual([FUNCTION_COMMAND, WORKING_DIRECTORY]);
    const [condition, ...pulls] = one(realtime, 'AWS::ECS::TaskDefinition').ContainerDefinitions[0].Command['Fn::If'];
    const words = (command: string[]) => command.map((word) => flat(word));
    expect([condition, ...pulls.map((pull: Json[]) => pull.map(flat))]).toEqual([
      'PullIntoLake',
      words(PULL_TO_LAKE),
      words(PULL_TO_ARCHIVE),
    ]);
    expect(one(conversion, 'AWS::Scheduler::Schedule').Target.Input['Fn::Sub']).toContain(JSON.stringify(NIGHTLY_COMMAND));
  });
});

describe('realtime', () => {
  it('hands over notices for five minutes at most, and takes back only those that failed', () => {
    expect(one(realtime, 'AWS::Lambda::EventSourceMapping')).toMatchObject({
      MaximumBatchingWindowInSeconds: 300,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: { Ref: 'MaxConcurrency' } },
    });
    const made = one(realtime, 'AWS::Lambda::Function');
    const queues = Object.fromEntries(ofType(realtime, 'AWS::SQS::Queue'));
    expect(queues.Notices.VisibilityTimeout).toBe(6 * made.Timeout + 300);
    expect(queues.Notices.RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': ['DeadNotices', 'Arn'] },
      maxReceiveCount: 5,
    });
    expect(queues.DeadNotices.MessageRetentionPeriod).toBe(14 * 86_400);
    expect(made).toMatchObject({ PackageType: 'Image', MemorySize: { Ref: 'MemoryMiB' }, EphemeralStorage: { Size: 10_240 } });
    expect(realtime.Parameters.MemoryMiB.Default).toBe(3008);
    expect(Object.keys(made.Environment.Variables).sort()).toEqual(
      ['FALCONRY_ARCHIVE', 'FALCONRY_LAKE', 'FALCONRY_WORK', ...Object.keys(LAKE_VARIABLES)].sort(),
    );
  });

  it('listens to a bucket that is there, and takes notices from its rule and that bucket alone', () => {
    expect(one(realtime, 'AWS::Events::Rule').EventPattern.detail).toEqual({
      bucket: { name: [{ Ref: 'ArchiveBucket' }] },
      object: { key: [{ wildcard: { 'Fn::Sub': '${ArchivePrefix}*.gz' } }] },
    });
    const senders = statements().filter(({ of, effect }) => of === 'falconry-realtime/NoticesPolicy' && effect === 'Allow');
    expect(
      senders.map(({ principal, actions, condition }) => [
        principal.Service,
        actions,
        flat(condition.ArnEquals['aws:SourceArn']),
      ]),
    ).toEqual([
      ['events.amazonaws.com', ['sqs:SendMessage'], '<ObjectCreated.Arn>'],
      ['s3.amazonaws.com', ['sqs:SendMessage'], 'arn:<AWS::Partition>:s3:::<ArchiveBucket>'],
    ]);
  });

  it('pulls only when it is told a feed, with a key pair that stands nowhere', () => {
    for (const id of ['PullCluster', 'PullTask', 'PullService', 'PullSecurityGroup'])
      expect(realtime.Resources[id]!.Condition, id).toBe('PullIsOn');
    expect(realtime.Parameters.FeedQueueUrl.Default).toBe('');
    expect(realtime.Conditions.PullIsOn).toEqual({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'FeedQueueUrl' }, ''] }] });
    const [container] = one(realtime, 'AWS::ECS::TaskDefinition').ContainerDefinitions;
    expect(container).toMatchObject({ ReadonlyRootFilesystem: true, User: 'node' });
    expect(container.Secrets.map(({ ValueFrom }: Json) => flat(ValueFrom))).toEqual([
      '<FeedKeyPairArn>:accessKeyId::',
      '<FeedKeyPairArn>:secretAccessKey::',
    ]);
    expect(container.Secrets.map(({ Name }: Json) => Name)).toEqual([
      'FALCONRY_FDR_ACCESS_KEY_ID',
      'FALCONRY_FDR_SECRET_ACCESS_KEY',
    ]);
    expect(container.Environment.map(({ Name }: Json) => Name)).toEqual(Object.keys(LAKE_VARIABLES));
    expect(JSON.stringify(container.Command)).not.toMatch(/secret|access|keypair/i);
    expect(one(realtime, 'AWS::ECS::Service').NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp).toBe('DISABLED');
  });
});
