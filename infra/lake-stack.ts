/** The lake's account: the roles that Falconry takes on there, the crawlers' role, and Lake Formation's grants. */
import { CfnCondition, CfnOutput, type CfnParameter, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import type { CfnRole } from 'aws-cdk-lib/aws-iam';
import { CfnPrincipalPermissions } from 'aws-cdk-lib/aws-lakeformation';
import type { Construct } from 'constructs';
import { VIA_S3 } from './lake-access.js';
import { ACCOUNT, arn, BUCKET, EXTERNAL_ID, given, must, text } from './parameters.js';
import { type Grant, grantIf, ofThisAccount, role, service, type Trust } from './policy.js';

export interface LakeStackProps extends StackProps {
  /** the custom sources, as `falconry sources` lists them */
  sources: readonly string[];
}

const LAKE = 'arn:${AWS::Partition}:s3:::${LakeBucket}';
const DATABASE = 'amazon_security_lake_glue_db_${RegionInNames}';
const TABLES = 'amazon_security_lake_table_${RegionInNames}_ext_';
const OWN = "sources' names begin with fdr; partitions and objects are made at run time";

export class LakeStack extends Stack {
  constructor(scope: Construct, id: string, { sources, ...props }: LakeStackProps) {
    super(scope, id, { description: 'Falconry: roles and grants in the account of the lake', ...props });
    text(this, 'LakeBucket', {
      description: 'The bucket of the lake; of a Security Lake aws-security-data-lake-…',
      pattern: BUCKET,
    });
    text(this, 'RegionInNames', {
      description: 'The Region as Security Lake writes it into names of the catalog: eu_central_1',
      pattern: '^[a-z]{2}(_[a-z]+)+_\\d$',
    });
    const key = arn(this, 'LakeKeyArn', 'Its KMS key, if it has one', 'kms');
    text(this, 'JobAccountId', { description: 'The account of the stack falconry', pattern: ACCOUNT });
    const jobRoles = text(this, 'JobRoleArns', {
      description: 'JobRoleArn of the stack falconry, and the roles of the function and of pull, with commas between',
      pattern: '^arn:aws[a-z-]*:iam::\\d{12}:role/[^,*?]+(,arn:aws[a-z-]*:iam::\\d{12}:role/[^,*?]+)*$',
    });
    const externalId = text(this, 'ExternalId', {
      description: 'What the jobs must show to take on the roles; long and made at random',
      pattern: EXTERNAL_ID,
    });
    const kind = text(this, 'LakeKind', {
      description: 'security-lake, or bucket: then this stack makes the provider role that Security Lake would make',
      default: 'security-lake',
      values: ['security-lake', 'bucket'],
    });
    const registered = text(this, 'SourcesRegistered', {
      description: 'yes once the custom sources are registered: their tables then exist, and grants on them are made',
      default: 'no',
      values: ['no', 'yes'],
    });
    const hasKey = given(this, 'HasLakeKey', key);
    const isBucket = new CfnCondition(this, 'IsBucket', { expression: Fn.conditionEquals(kind.valueAsString, 'bucket') });
    const isRegistered = new CfnCondition(this, 'TablesExist', {
      expression: Fn.conditionAnd(
        Fn.conditionEquals(kind.valueAsString, 'security-lake'),
        Fn.conditionEquals(registered.valueAsString, 'yes'),
      ),
    });
    must(this, 'GrantsNeedSecurityLake', 'Only a Security Lake has registered sources.', {
      when: Fn.conditionEquals(registered.valueAsString, 'yes'),
      that: Fn.conditionEquals(kind.valueAsString, 'security-lake'),
    });
    const jobs = trustOfJobs(jobRoles, externalId);

    const crawler = this.#crawlerRole();
    const maintenance = this.#maintenanceRole(jobs);
    const provider = this.#providerRole(jobs);
    provider.cfnOptions.condition = isBucket;
    const withKey: Grant[] = [
      { sid: 'UseLakeKey', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: ['${LakeKeyArn}'], condition: VIA_S3 },
    ];
    grantIf(this, 'CrawlerKey', crawler, hasKey, withKey);
    grantIf(this, 'MaintenanceKey', maintenance, hasKey, withKey);
    const hasBucketKey = new CfnCondition(this, 'IsBucketWithKey', { expression: Fn.conditionAnd(isBucket, hasKey) });
    grantIf(this, 'ProviderKey', provider, hasBucketKey, withKey);
    this.#lakeFormation(sources, isRegistered, crawler, maintenance);

    new CfnOutput(this, 'CrawlerRoleArn', {
      value: crawler.attrArn,
      description: 'for the registration of the sources: crawlerConfiguration.roleArn',
    });
    new CfnOutput(this, 'MaintenanceRoleArn', {
      value: maintenance.attrArn,
      description: 'for the stacks falconry and falconry-realtime',
    });
    new CfnOutput(this, 'ProviderPrincipal', {
      value: Fn.ref('JobAccountId'),
      description: 'for the registration: providerIdentity.principal',
    });
    const providerArn = new CfnOutput(this, 'ProviderRoleArn', {
      value: provider.attrArn,
      description: 'writes into an ordinary bucket',
    });
    providerArn.condition = isBucket;
  }

  /** Security Lake gives a crawler to each source; they share this role. */
  #crawlerRole(): CfnRole {
    return role(this, 'CrawlerRole', {
      description: 'Falconry: the Glue crawlers of the custom sources',
      roleName: '${AWS::StackName}-crawler-${AWS::Region}',
      trust: service('glue.amazonaws.com', ofThisAccount),
      grants: [
        { sid: 'ReadObjects', actions: ['s3:GetObject', 's3:PutObject'], resources: [`${LAKE}/ext/fdr*/*`], why: OWN },
        { sid: 'ListLake', actions: ['s3:ListBucket', 's3:GetBucketLocation'], resources: [LAKE] },
        ...catalogGrants([
          'glue:GetDatabase',
          'glue:GetTable',
          'glue:GetTables',
          'glue:UpdateTable',
          'glue:GetPartition',
          'glue:GetPartitions',
          'glue:BatchGetPartition',
          'glue:BatchCreatePartition',
          'glue:UpdatePartition',
          'glue:BatchUpdatePartition',
        ]),
        {
          sid: 'UseLakeFormation',
          actions: ['lakeformation:GetDataAccess'],
          resources: ['*'],
          why: 'the action knows no resource',
        },
        {
          sid: 'WriteLogs',
          actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: ['arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws-glue/crawlers:*'],
          why: 'log streams of one group, which Glue names',
        },
      ],
    });
  }

  /** What the provider role may not: Security Lake's boundary denies it to list, delete and abort. */
  #maintenanceRole(trust: Trust): CfnRole {
    return role(this, 'MaintenanceRole', {
      description: 'Falconry: lists, compacts and repairs its own objects of the lake, and registers partitions',
      roleName: '${AWS::StackName}-maintenance-${AWS::Region}',
      trust,
      grants: [
        {
          sid: 'MaintainObjects',
          actions: ['s3:GetObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
          resources: [`${LAKE}/ext/fdr*/*`],
          why: OWN,
        },
        { sid: 'ListLake', actions: ['s3:ListBucket', 's3:ListBucketMultipartUploads'], resources: [LAKE] },
        ...catalogGrants(['glue:GetTable', 'glue:BatchGetPartition', 'glue:BatchCreatePartition']),
        {
          sid: 'UseLakeFormation',
          actions: ['lakeformation:GetDataAccess'],
          resources: ['*'],
          why: 'the action knows no resource',
        },
      ],
    });
  }

  /** For an ordinary bucket: writes objects, and can neither read nor remove any. */
  #providerRole(trust: Trust): CfnRole {
    return role(this, 'ProviderRole', {
      description: 'Falconry: writes objects into the lake',
      roleName: '${AWS::StackName}-provider-${AWS::Region}',
      trust,
      grants: [{ sid: 'WriteObjects', actions: ['s3:PutObject'], resources: [`${LAKE}/ext/fdr*/*`], why: OWN }],
    });
  }

  /**
   * On the tables of the sources, one by one: Security Lake's other tables are nothing to Falconry. To the crawlers' role Security Lake
   * itself grants the table of each source that it registers.
   */
  #lakeFormation(sources: readonly string[], condition: CfnCondition, crawler: CfnRole, maintenance: CfnRole): void {
    const database = new CfnPrincipalPermissions(this, 'CrawlerOnDatabase', {
      principal: { dataLakePrincipalIdentifier: crawler.attrArn },
      permissions: ['DESCRIBE'],
      permissionsWithGrantOption: [],
      resource: { database: { catalogId: Fn.ref('AWS::AccountId'), name: Fn.sub(DATABASE) } },
    });
    database.cfnOptions.condition = condition;
    for (const source of sources) {
      const grant = new CfnPrincipalPermissions(this, `MaintenanceOn${source.replaceAll(/[^a-z0-9]/g, '')}`, {
        principal: { dataLakePrincipalIdentifier: maintenance.attrArn },
        permissions: ['ALTER', 'DESCRIBE', 'INSERT'],
        permissionsWithGrantOption: [],
        resource: {
          table: { catalogId: Fn.ref('AWS::AccountId'), databaseName: Fn.sub(DATABASE), name: Fn.sub(`${TABLES}${source}`) },
        },
      });
      grant.cfnOptions.condition = condition;
    }
  }
}

/** The jobs' account may hand out the roles, but only to the jobs' own roles, and only to who shows the id. */
function trustOfJobs(jobRoles: CfnParameter, externalId: CfnParameter): Trust {
  return {
    principal: { AWS: Fn.sub('arn:${AWS::Partition}:iam::${JobAccountId}:root') },
    condition: {
      StringEquals: { 'sts:ExternalId': externalId.valueAsString },
      ArnEquals: { 'aws:PrincipalArn': Fn.split(',', jobRoles.valueAsString) },
    },
  };
}

function catalogGrants(actions: string[]): Grant[] {
  const glue = 'arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}';
  return [
    {
      sid: 'UseCatalog',
      actions,
      resources: [`${glue}:catalog`, `${glue}:database/${DATABASE}`, `${glue}:table/${DATABASE}/${TABLES}fdr*`],
      why: 'the tables of the sources, whose names begin with fdr',
    },
  ];
}
