/** Scripts that interpreters handed to the sensor: the longest lines of an archive. */
import type { EventType, Fields } from '../event.js';
import { jsonTextForHtml } from '../json-text.js';
import type { Scene } from '../scene.js';
import { template } from '../template.js';
import * as v from '../values.js';

const STATEMENTS = [
  "$client = New-Object Net.WebClient; $client.Headers['User-Agent'] = '{word}/{d1}.{d2}'\r\n",
  '[Byte[]]$buffer = [Convert]::FromBase64String("{x32}{x32}{x32}{x32}")\r\n',
  'function Get-{word} {\r\n\tparam([string]$Path = "C:\\Data\\{word}", [int]$Limit = {d4})\r\n\tGet-ChildItem -Path $Path | Where-Object { $_.Length -gt $Limit }\r\n}\r\n',
  'if ($env:COMPUTERNAME -like "*{word}*") { Invoke-Command -ScriptBlock { & cmd.exe /c "echo {x8} > C:\\Temp\\{x8}.txt" } }\r\n',
  '# Überprüfung – naïve façade, 日本語 コメント, {word}\r\n',
].map((statement) => template(statement, jsonTextForHtml));

/** A script of some statements, mostly a few, now and then a hundred. */
function script(most: number): (s: Scene) => string {
  return (s) => {
    const r = s.random.fraction();
    let body = '';
    for (let i = Math.ceil(most * r * r * r) + 2; i > 0; i--) body += s.random.pick(STATEMENTS)(s.random);
    return body;
  };
}

const SCANNED: Fields = {
  ...v.BY_THREAD,
  ContentSHA256HashData: v.fileSha256,
  HostProcessType: v.oneOf('1', '2', '5'),
  OriginalContentLength: v.integer(100, 60_000),
  ScriptContentName: v.mostly('', 2, 'C:\\\\Tools\\\\Überprüfung.ps1', 'C:\\\\Windows\\\\Temp\\\\run.vbs'),
};

const TYPES: readonly EventType[] = [
  {
    type: 'ScriptControlScanTelemetry',
    versions: { Win: 5 },
    share: 12,
    fields: {
      ...SCANNED,
      CSAStatus: '0',
      CallStackModuleNames: v.text(
        '0+\\Device\\HarddiskVolume3\\Windows\\System32\\amsi.dll+0x{x4}:0x{x5}|1+\\Device\\HarddiskVolume3\\Windows\\assembly\\NativeImages\\System.Management.Automation.ni.dll+0x{x6}',
      ),
      CallStackModuleNamesVersion: '8',
      CommandLine: v.commandLine,
      ExecutableBytes: '',
      GrandparentCommandLine: 'C:\\\\WINDOWS\\\\Explorer.EXE',
      GrandparentImageFileName: '\\\\Device\\\\HarddiskVolume3\\\\Windows\\\\explorer.exe',
      ImageFileName: v.image,
      ParentCommandLine: '\\"C:\\\\WINDOWS\\\\system32\\\\cmd.exe\\"',
      ParentImageFileName: '\\\\Device\\\\HarddiskVolume3\\\\Windows\\\\System32\\\\cmd.exe',
      ReflectiveDllName: '',
      ScriptContent: script(150),
      ScriptContentBytes: v.hex(400),
      ScriptingLanguageId: v.oneOf('1', '2'),
      SuspectAddress: '0',
      SuspectStackFlag: '0',
    },
  },
  {
    type: 'ScriptControlScanInfo',
    versions: { Win: 1, Lin: 1 },
    share: 20,
    fields: { ...SCANNED, ScriptContent: script(20), ScriptContentSource: '1', TreeId: (s) => s.process.treeId },
  },
  {
    type: 'ScriptControlErrorEvent',
    versions: { Win: 1 },
    share: 3,
    fields: { ...v.BY_THREAD, Parameter64_1: '0', Parameter64_2: '0', Parameter64_3: '0', ScriptControlErrorCode: '3221225506' },
  },
  {
    type: 'ScriptControlDetectInvalidInfo',
    versions: { Mac: 1, Lin: 1 },
    share: 3,
    fields: {
      CommandLine: v.commandLine,
      ContextProcessId: v.contextId,
      ImageFileName: v.image,
      LocalAddressIP4: v.localIp4,
      OriginalContentLength: '57',
      OriginalScriptContent: '#!/bin/sh\\nexec 2>/dev/null\\ncat /etc/passwd',
      ScriptContentName: 'run.sh',
      ScriptInterpreter: '/bin/sh',
      UserName: v.userName,
    },
  },
];
export default TYPES;
